"""The harness itself: each server says which certificate it saw, and each way to be wrong is wrong for curl, too."""
import socket
import ssl

import pytest

from support import byte_server, clients, servers

URL = "https://party.test:{}/index.html"


@pytest.mark.parametrize("kind", servers.REAL_SERVERS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("tls", servers.VERSIONS)
def test_a_server_names_the_certificate_that_it_saw(pki, kind, tls):
    client = pki.client()
    with kind(pki.server(), tls) as server:
        answer = clients.curl_directly(URL.format(server.port), server, pki.root, client)
        assert answer.status == 200, answer.errors
        assert server.certificates() == [client.sha256]


@pytest.mark.parametrize("kind, options", [(servers.Nginx, {}), (servers.GnutlsServer, {"require": False}),
                                           (servers.Haproxy, {}), (servers.OpensslServer, {"require": False})],
                         ids=lambda value: getattr(value, "name", ""))
def test_a_server_says_that_it_saw_none(pki, kind, options):
    with kind(pki.server(), **options) as server:
        assert clients.curl_directly(URL.format(server.port), server, pki.root).status == 200
        assert server.certificates() == [""]


@pytest.mark.parametrize("case", ["expired", "not-yet-valid", "self-signed", "other-name", "unknown-ca", "constrained",
                                  "constrained-critical", "no-server-eku"])
def test_curl_refuses_each_wrong_certificate(pki, case):
    with servers.OpensslServer(pki.server(case)) as server:
        answer = clients.curl_directly(URL.format(server.port), server, pki.root, pki.client())
        assert answer.exit == 60, answer.errors
        # curl looks at the name only after the handshake, and so has shown its certificate by then.
        assert server.was_shown_a_certificate() == (case == "other-name")


@pytest.mark.parametrize("key", ["rsa", "p256", "p384"])
def test_curl_accepts_the_good_ones(pki, key):
    with servers.Nginx(pki.server(key=key)) as server:
        assert clients.curl_directly(URL.format(server.port), server, pki.root, pki.client(key)).status == 200
        assert server.certificates() == [pki.client(key).sha256]


def test_static_rsa_shows_the_certificate_to_whoever_listens(pki):
    client = pki.client()
    with servers.StaticRsaServer(pki.server(key="rsa")) as server:
        answer = clients.curl_directly(URL.format(server.port), server, pki.root, client, "--ciphers", "AES128-GCM-SHA256")
        assert answer.status == 200, answer.errors
        assert server.certificates() == [client.sha256]


def test_the_pattern_is_what_its_digest_says():
    assert len(byte_server.PATTERN) == 1000003
    assert sum(map(len, byte_server.pattern(2_500_000))) == 2_500_000


def test_the_byte_server_counts_what_it_takes(pki):
    context = ssl.create_default_context(cafile=str(pki.root.certificate))
    with servers.ByteServer(pki.server()) as server:
        raw = socket.create_connection(("127.0.0.1", server.port))
        with context.wrap_socket(raw, server_hostname="party.test") as party:
            party.sendall(b"source 1234567\n")
            received = b"".join(iter(lambda: party.recv(65536), b""))
    assert received == b"".join(byte_server.pattern(1234567))
