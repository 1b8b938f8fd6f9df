"""A server without forward secrecy is refused: with it our certificate would go out before the server proved its key."""
from support import clients, servers


def test_a_party_without_forward_secrecy_is_refused(latchkey, pki):
    with servers.StaticRsaServer(pki.server(key="rsa")) as server, latchkey(server) as proxy:
        assert clients.curl("http://party.test/index.html", port=proxy.port).status == 502
        assert not server.was_shown_a_certificate()
