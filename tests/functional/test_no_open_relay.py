"""Whatever is no party is refused, in each protocol's own words, and nobody is dialled."""
import socket

import pytest

from support import clients, servers, streams


@pytest.fixture
def stranger():
    """A listener that nobody named as a party."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        yield listener


def was_dialled(listener):
    try:
        listener.accept()[0].close()
        return True
    except BlockingIOError:
        return False


def test_an_http_request_gets_403_and_what_to_do(latchkey, stranger):
    with latchkey() as proxy:
        answer = clients.curl(f"http://127.0.0.1:{stranger.getsockname()[1]}/", port=proxy.port)
        assert answer.status == 403
        assert "part" in answer.body
        assert not was_dialled(stranger)


@pytest.mark.parametrize("way, reply", [("connect", 403), ("socks5", 0x02), ("socks4a", 0x5B)])
@pytest.mark.parametrize("host", ["127.0.0.1", "stranger.test"])
def test_a_tunnel_is_refused(latchkey, stranger, way, reply, host):
    with latchkey(dns={"hosts": {"stranger.test": ["127.0.0.1"]}}) as proxy:
        with pytest.raises(ConnectionRefusedError) as refused:
            streams.WAYS[way](proxy.port, host, stranger.getsockname()[1])
        assert refused.value.args[0] == reply
        assert not was_dialled(stranger)


def test_a_port_that_the_party_does_not_list_is_refused(latchkey, pki, stranger):
    with servers.Nginx(pki.server()) as server, latchkey(server) as proxy:
        answer = clients.curl(f"http://party.test:{stranger.getsockname()[1]}/", port=proxy.port)
        assert answer.status == 403
        assert not was_dialled(stranger)


@pytest.mark.parametrize("local", ["wrap", "tunnel"])
def test_loopback_is_not_dialled_for_a_party_that_may_not(latchkey, stranger, local):
    party = {"hosts": ["party.test"], "ports": [stranger.getsockname()[1]], "local": local}
    with latchkey(parties=[party]) as proxy:
        answer = clients.curl("http://party.test/", port=proxy.port, mode="connect")
        assert answer.status in (403, 502) or answer.exit != 0
        assert not was_dialled(stranger)


def test_a_party_that_is_only_tunnelled_takes_no_http(latchkey, stranger):
    port = stranger.getsockname()[1]
    with latchkey(parties=[{"hosts": ["party.test"], "ports": [port], "local": "tunnel", "allow_private": True}]) as proxy:
        answer = clients.curl(f"http://party.test:{port}/", port=proxy.port)
        assert answer.status == 403 and f"Use https://party.test:{port}/" in answer.body
        assert not was_dialled(stranger)


def test_a_flood_of_refusals_is_refused_but_does_not_fill_the_log(latchkey):
    with latchkey() as proxy:
        for number in range(60):
            with pytest.raises(ConnectionRefusedError):
                streams.WAYS["connect"](proxy.port, f"stranger-{number}.test", 443)
        assert proxy.log.count("refused stranger-") < 60
        assert proxy.log.count("refused stranger-") >= 20
        assert proxy.run("lock").returncode == 0
        assert "disarmed: the token was locked" in proxy.log, "what matters is not hidden"
        assert "stranger-59.test:443" in [refusal["asked_for"] for refusal in proxy.status()["refusals"]]
