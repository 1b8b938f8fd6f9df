"""Real servers, both versions of TLS, each kind of key: the server's own log names the token's certificate."""
import pytest

from support import clients, servers


@pytest.mark.parametrize("key", ["rsa", "p256", "p384"])
@pytest.mark.parametrize("tls", servers.VERSIONS)
@pytest.mark.parametrize("kind", servers.REAL_SERVERS, ids=lambda kind: kind.name)
def test_the_server_saw_the_tokens_certificate(latchkey, token, pki, kind, tls, key):
    with kind(pki.server(key=key), tls) as server, latchkey(server, token=token(key)) as proxy:
        answer = clients.curl("http://party.test/index.html", port=proxy.port)
        assert answer.status == 200, answer.body + answer.errors
        assert server.certificates() == [pki.client(key).sha256]
