"""The whole path with a smartcard: curl, Latchkey, OpenSC, pcscd, the card; and the party sees who it is."""
import concurrent.futures
import json
import time

import pytest

from support import clients, servers, wait
from support.card import USING
from support.card_stack import CardStack

URL = "http://party.test/"


@pytest.fixture
def stack(home):
    with CardStack(home / "stack") as made:
        yield made


@pytest.fixture
def holding(stack, pki):
    """A card that is in, with this kind of key for authentication and others in the other slots."""
    def put(kind, with_certificate=True):
        stack.card.put("sign", pki.client("p384"))
        stack.card.put("decrypt", pki.client("p256"))
        stack.card.put("auth", pki.client(kind), with_certificate)
        stack.plug()
        return pki.client(kind)
    return put


def test_token_list_shows_the_authentication_key_with_its_certificate(latchkey, stack, holding):
    identity = holding("p256")
    done = latchkey(token=stack).run("token", "list", "--json")
    assert done.returncode == 0, done.stderr
    tokens = json.loads(done.stdout)["tokens"]
    keys = {key["id"]: key for token in tokens for key in token["keys"]}
    assert {token["serial"] for token in tokens} == {stack.card.serial_number.lower()}
    assert keys["03"]["certificate"]["sha256"] == identity.sha256
    assert keys["03"]["schemes"] == ["ECDSA"]
    assert stack.card.verified == set(), "it takes no PIN to list"


@pytest.mark.parametrize("tls", servers.VERSIONS)
@pytest.mark.parametrize("kind", ["p256", "p384"])
@pytest.mark.parametrize("server_kind", servers.REAL_SERVERS, ids=lambda kind: kind.name)
def test_the_party_sees_the_cards_certificate(latchkey, pki, stack, holding, server_kind, kind, tls):
    identity = holding(kind)
    with server_kind(pki.server(), tls=tls) as server, latchkey(server, token=stack) as proxy:
        answer = clients.curl(f"{URL}index.html", port=proxy.port)
        assert answer.status == 200, answer
        assert server.certificates() == [identity.sha256]
        assert stack.card.calls == {"sign": 0, "decrypt": 0, "auth": 1}, "the authentication key, and no other, was used"
    assert USING not in stack.card.verified, "the card was left open for whoever comes next"


@pytest.mark.parametrize("server_kind", servers.REAL_SERVERS, ids=lambda kind: kind.name)
def test_an_rsa_card_speaks_tls_1_2_where_1_3_is_allowed_too(latchkey, pki, stack, holding, server_kind):
    identity = holding("rsa")
    with server_kind(pki.server()) as server, latchkey(server, token=stack) as proxy:
        explained = proxy.run("explain", f"https://party.test:{server.port}/").stdout
        assert "TLS 1.2, because the RSA key " in explained
        assert stack.card.calls["auth"] == 0, "explain signs nothing"
        answer = clients.curl(f"{URL}index.html", port=proxy.port)
        assert answer.status == 200, answer
        assert identity.sha256 in server.certificates()
        assert stack.card.calls["auth"] == 1


def test_an_rsa_card_is_refused_by_tls_1_3_alone_and_says_why(latchkey, pki, stack, holding):
    holding("rsa")
    with servers.OpensslServer(pki.server(), "1.3") as server, latchkey(server, token=stack) as proxy:
        answer = clients.curl(URL, port=proxy.port)
        assert answer.status == 502 and "RSA-PSS" in answer.body, answer
        assert stack.card.calls["auth"] == 0 and not server.was_shown_a_certificate()


def test_an_rsa_card_speaks_tls_1_3_where_rfc_9963_is_taken(latchkey, pki, stack, holding):
    identity = holding("rsa")
    with servers.Tls13Server(pki.server(), 0x0804, 0x0420) as server, latchkey(server, token=stack) as proxy:
        answer = clients.curl(URL, port=proxy.port)
        assert answer.status == 200, answer
        assert server.certificates() == [f"verified 0420 {identity.sha256}"]
        assert stack.card.calls["auth"] == 1


def test_an_rsa_card_reaches_a_tls_1_2_party(latchkey, pki, stack, holding):
    identity = holding("rsa")
    with servers.Nginx(pki.server(), tls="1.2") as server, latchkey(server, token=stack) as proxy:
        assert clients.curl(URL, port=proxy.port).status == 200
        assert server.certificates() == [identity.sha256]
        assert stack.card.calls["auth"] == 1


def test_enroll_makes_a_certificate_for_the_authentication_key(latchkey, pki, stack, holding):
    holding("p256", with_certificate=False)
    with servers.Nginx(pki.server()) as server:
        product = latchkey(server, token=stack)
        done = product.run("token", "enroll")
        assert done.returncode == 0, done.stderr
        assert stack.card.calls == {"sign": 0, "decrypt": 0, "auth": 1}
        certificates = list((product.folder / "state/latchkey/certificates").glob("*.pem"))
        assert len(certificates) == 1
        with product as proxy:
            assert clients.curl(URL, port=proxy.port).status == 200
            (seen,) = server.certificates()
            assert seen == servers.fingerprint(certificates[0].read_text())


def test_a_signature_that_the_card_refuses_is_no_success_and_the_next_one_is(latchkey, pki, stack, holding):
    holding("p256")
    with servers.Nginx(pki.server()) as server, latchkey(server, token=stack) as proxy:
        stack.card.fail()
        assert clients.curl(URL, port=proxy.port).status == 503
        assert clients.curl(URL, port=proxy.port).status == 200


def test_a_slow_signature_is_waited_for(latchkey, pki, stack, holding):
    holding("p256")
    stack.card.delay(1.5)
    with servers.Nginx(pki.server()) as server, latchkey(server, token=stack) as proxy:
        begin = time.monotonic()
        assert clients.curl(URL, port=proxy.port).status == 200
        assert time.monotonic() - begin >= 1.5


@pytest.mark.parametrize("mode, told", [("http", "Your token "), ("connect", "503"), ("socks5h", "(2)"), ("socks4a", "(91)")])
def test_whoever_waits_for_a_signature_is_told_that_the_token_left(latchkey, pki, stack, holding, mode, told):
    """A page, or what stands for one: "not allowed" (RFC 1928), "rejected"."""
    holding("p256")
    with (servers.Nginx(pki.server()) as server, latchkey(server, token=stack) as proxy,
          concurrent.futures.ThreadPoolExecutor(1) as beside):
        stack.card.delay(10)
        asking = beside.submit(clients.curl, URL, port=proxy.port, mode=mode)
        wait.until(lambda: stack.card.busy, "the card signs")
        stack.pull()
        answer = asking.result()
        assert told in answer.body + answer.errors, answer
        proxy.until(lambda status: not status["connections"], "has forgotten the connection")


def test_a_wrong_pin_costs_one_try(latchkey, pki, stack, holding):
    holding("p256")
    stack.pin = "000000"
    with servers.Nginx(pki.server()) as server:
        proxy = latchkey(server, token=stack).start(armed=False)
        try:
            proxy.until(lambda status: status["token"]["reason"], "says why it is not armed")
            for _ in range(5):
                assert clients.curl(URL, port=proxy.port).status == 503
            assert stack.card.tries["user"] == 2
        finally:
            proxy.stop()


def test_a_card_whose_keys_cannot_serve_says_why(latchkey, stack, pki):
    stack.card.put("sign", pki.client("p256"))
    stack.plug()
    proxy = latchkey(token=stack).start(armed=False)
    try:
        proxy.until(lambda status: "no key for authentication" in status["token"]["reason"], "says why it is not armed")
        assert clients.curl("http://demo.latchkey.test/", port=proxy.port).status == 503
    finally:
        proxy.stop()
