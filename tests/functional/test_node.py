"""Node with pac-proxy-agent: it loads the PAC script as a browser does, and goes where that says."""
from support import clients, servers


def test_node_reaches_the_party_by_the_pac_script(latchkey, pki):
    with servers.Nginx(pki.server()) as server, latchkey(server) as proxy:
        answer = clients.node_with_pac("http://party.test/index.html", proxy.port)
        assert answer.body == servers.ANSWER.decode(), answer.errors
        assert all(server.certificates())
