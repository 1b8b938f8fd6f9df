"""A second connection to a party resumes the first one's session: without certificates, and without the token."""
import concurrent.futures
import dataclasses
import http.client

import pytest

from support import clients, servers
from support import latchkey as product
from support.hello_tap import HelloTap

MODULE = product.ROOT / "build/modules/misbehaving.so"
URL = "http://party.test/index.html"
# How servers keep sessions: sealed into the ticket, or in their memory.
KEPT = {
    "1.2 tickets": ("1.2", {"tickets": True}),
    "1.2 session ids": ("1.2", {"more": "ssl_session_cache shared:kept:1m;"}),
    "1.3 tickets": ("1.3", {"tickets": True}),
    "1.3 stateful": ("1.3", {"more": "ssl_session_cache shared:kept:1m;"}),
}


@pytest.fixture
def card(token, monkeypatch, home):
    """A token whose module notes each signature; card.signatures() counts them."""
    log = home / "calls"
    monkeypatch.setenv("LATCHKEY_TEST_MODULE_LOG", str(log))
    made = dataclasses.replace(token(), module=str(MODULE))
    object.__setattr__(made, "signatures", lambda: log.read_text().count("C_Sign"))
    return made


def fetch(proxy, count=1, url=URL):
    for _ in range(count):
        answer = clients.curl(url, port=proxy.port)
        assert answer.status == 200, answer


@pytest.mark.parametrize("kept", KEPT)
def test_the_second_connection_is_resumed_and_asks_the_token_for_nothing(latchkey, card, pki, kept):
    tls, keeps = KEPT[kept]
    with servers.Nginx(pki.server(), tls, **keeps) as server, latchkey(server, token=card) as proxy:
        fetch(proxy)
        before = card.signatures()
        fetch(proxy, 5)
        assert server.resumed(6) == [False] + [True] * 5
        assert card.signatures() == before
        assert server.certificates(6) == [pki.client("p256").sha256] * 6


@pytest.mark.parametrize("kind", servers.REAL_SERVERS, ids=lambda kind: kind.name)
def test_with_every_real_server_later_connections_work(latchkey, token, pki, kind):
    with kind(pki.server()) as server, latchkey(server, token=token()) as proxy:
        fetch(proxy, 4)


@pytest.mark.parametrize("tls", servers.VERSIONS)
def test_status_shows_what_the_full_handshake_found(latchkey, pki, tls):
    with servers.Nginx(pki.server(), tls, tickets=True) as server, latchkey(server) as proxy:
        shown = []
        for _ in range(2):
            connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=30)
            connection.request("GET", URL)
            assert connection.getresponse().read() == servers.ANSWER
            [one] = [one for one in proxy.status()["connections"] if one["party"].startswith("party.test")]
            shown.append(one)
            connection.close()
        full, resumed = shown
        assert not full["resumed"] and resumed["resumed"]
        assert full["identity"] and full["identity"] == resumed["identity"]
        assert "leads to the trusted CA" in full["judgement"] and full["judgement"] == resumed["judgement"]
        assert full["protocol"] == resumed["protocol"]


@pytest.mark.parametrize("kept", KEPT)
def test_a_ticket_that_the_server_refuses_ends_in_a_full_handshake(latchkey, card, pki, kept):
    tls, keeps = KEPT[kept]
    with servers.Nginx(pki.server(), tls, **keeps) as server, latchkey(server, token=card) as proxy:
        fetch(proxy, 2)
        server.restart()
        before = card.signatures()
        fetch(proxy, 2)
        assert server.resumed(4) == [False, True, False, True]
        assert card.signatures() == before + 1


@pytest.mark.parametrize("first, then", [("1.3", "1.2"), ("1.2", "1.3")])
def test_a_server_that_changed_its_version_is_no_obstacle(latchkey, pki, first, then):
    with servers.Nginx(pki.server(), first, tickets=True) as server, latchkey(server) as proxy:
        fetch(proxy, 2)
        server.tls = (then,)
        server.restart()
        fetch(proxy, 2)
        assert server.resumed(4) == [False, True, False, True]


def test_explain_makes_a_handshake_of_its_own(latchkey, pki):
    with servers.Nginx(pki.server(), tickets=True) as server, latchkey(server) as proxy:
        fetch(proxy, 2)
        explained = proxy.run("explain", f"https://party.test:{server.port}/")
        assert explained.returncode == 0 and "leads to the trusted CA" in explained.stdout


def test_no_tls_1_3_ticket_is_offered_twice_by_100_connections_at_once(latchkey, pki):
    with servers.Nginx(pki.server(), "1.3", tickets=True) as server, HelloTap(server.port) as tap, latchkey(tap) as proxy:
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            for _ in range(2):
                answers = list(pool.map(lambda _: python_get(proxy.port), range(100)))
                assert answers == [servers.ANSWER] * 100
        tickets = tap.tickets()
        assert len(tap.hellos) == 200
        assert len(tickets) >= 16 and len(set(tickets)) == len(tickets)
        assert sum(server.resumed(200)) == len(tickets)


def python_get(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", URL)
        return connection.getresponse().read()
    finally:
        connection.close()


class GnutlsWithPriority(servers.GnutlsServer):
    """gnutls-serv, which says of a connection that it resumed a session; `words` are added to its priorities."""

    def __init__(self, identity, words):
        super().__init__(identity, "1.2", require=False)
        self._words = words

    def command(self):
        command = super().command()
        at = command.index("--priority") + 1
        return [*command[:at], command[at] + self._words, *command[at + 1:]]


@pytest.mark.parametrize("words, resumed", [("", True), (":%NO_SESSION_HASH", False)], ids=["with", "without"])
def test_no_tls_1_2_session_without_extended_master_secret_is_resumed(latchkey, pki, words, resumed):
    with GnutlsWithPriority(pki.server(), words) as server, latchkey(server, party={"identity": "none"}) as proxy:
        fetch(proxy, 2)
        server.certificates(2)
        assert ("resumed session" in server.log) == resumed, server.log
