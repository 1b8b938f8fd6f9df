"""Programs that people use, each through the proxy in its own way, to a party that asks for a certificate."""
import subprocess

import pytest

from support import clients, latchkey as product, servers

URL = "http://party.test/index.html"
ANSWER = servers.ANSWER.decode()


@pytest.fixture
def party(pki, latchkey):
    """nginx as a party, and the proxy in front of it."""
    with servers.Nginx(pki.server()) as server, latchkey(server) as proxy:
        yield server, proxy


def saw_our_certificate(server):
    return all(server.certificates())


@pytest.mark.parametrize("mode", clients.CURL_MODES)
def test_curl(party, mode):
    server, proxy = party
    answer = clients.curl(URL, port=proxy.port, mode=mode)
    assert (answer.status, answer.body) == (200, ANSWER), answer.errors
    assert saw_our_certificate(server)


def test_curl_uses_a_connection_twice(party):
    server, proxy = party
    answer = clients.curl(URL, URL, port=proxy.port)
    assert answer.body.count(ANSWER) == 2, answer.errors
    assert saw_our_certificate(server)


def test_wget(party):
    server, proxy = party
    assert clients.wget(URL, proxy.port).body == ANSWER
    assert saw_our_certificate(server)


def test_proxychains(party, home):
    server, proxy = party
    answer = clients.proxychains(URL, proxy.port, home)
    assert answer.body == ANSWER, answer.errors
    assert saw_our_certificate(server)


def test_pythons_connect_which_is_http_1_0_without_a_host(party):
    server, proxy = party
    answer = clients.python_tunnel("party.test", "/index.html", proxy.port)
    assert (answer.status, answer.body) == (200, ANSWER), answer.errors
    assert saw_our_certificate(server)


def test_git_clones_over_http(party, home):
    server, proxy = party
    work, bare = home / "work", server.folder / "www/repository.git"
    identity = ["-c", "user.name=Jo", "-c", "user.email=jo@party.test"]
    for command in (["init", "-q", work], ["-C", work, *identity, "commit", "-q", "--allow-empty", "-m", "first"],
                    ["clone", "-q", "--bare", work, bare], ["-C", bare, "update-server-info"]):
        subprocess.run(["git", *map(str, command)], check=True)
    cloned = clients.git_clone("http://party.test/repository.git", home / "clone", proxy.port)
    assert cloned.exit == 0, cloned.errors
    shown = subprocess.run(["git", "-C", home / "clone", "log", "--format=%s"], check=True, capture_output=True, text=True)
    assert shown.stdout == "first\n"
    assert saw_our_certificate(server)


@pytest.mark.parametrize("local", ["wrap", "tunnel"])
def test_ssh_through_latchkey_connect(latchkey, pki, local):
    with servers.Sshd() as sshd, servers.TlsForwarder(pki.server(), sshd.port) as tls:
        target = tls if local == "wrap" else sshd
        with latchkey(target, party={"local": local}) as proxy:
            command = f"{product.BINARY} connect %h {target.port}"
            variables = {name: proxy.environment[name] for name in proxy.environment if name.startswith("XDG_")}
            answer = clients.ssh(sshd, "party.test", command, "echo", "hello", **variables)
            assert answer.body == "hello\n", answer.errors + proxy.log
