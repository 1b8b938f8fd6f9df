"""Two tokens at once: a party is bound to the token that holds its key, and its connections end with that one alone."""
import hashlib
import subprocess

import pytest

from support import clients, openpgp, servers, streams, wait
from support.card_usb import UsbCardStack
from support.keyrings import Keyring

HOSTS = ("first.party.test", "second.party.test", "any.party.test")


@pytest.fixture
def stack(home):
    with UsbCardStack(home / "stack", cards=2) as made:
        yield made


@pytest.fixture
def server(pki):
    """One server for all parties, under three names."""
    with servers.ByteServer(pki.server(host="*.party.test")) as made:
        yield made


def key_of(identity):
    """The fingerprint by which a party's `identity` names a key."""
    spki = subprocess.run(["openssl", "x509", "-in", identity.certificate, "-noout", "-pubkey"], capture_output=True, check=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=spki, capture_output=True, check=True).stdout
    return hashlib.sha256(der).hexdigest()


@pytest.fixture
def start(latchkey, pki, stack):
    """Starts Latchkey with a party under each name, bound to these keys (or "auto"), on one web server."""
    def start(server, *identities):
        parties = [{"hosts": [host], "ports": [server.port], "allow_private": True, "roots": pki.root.certificate,
                    "identity": identity} for host, identity in zip(HOSTS, identities)]
        return latchkey(parties=parties, token=stack).start(armed=False)
    return start


@pytest.fixture
def two(stack, pki):
    """Both tokens are in: the first holds p256, the second p384."""
    for number, kind in enumerate(("p256", "p384")):
        stack.cards[number].put("auth", pki.client(kind), with_certificate=True)
        stack.plug(number)
    return pki.client("p256"), pki.client("p384")


def armed(proxy, count):
    proxy.until(lambda status: [token["state"] for token in status["tokens"]] == ["armed"] * count, f"has {count} armed tokens")


def ask(proxy, host):
    return clients.curl(f"http://{host}/", port=proxy.port)


def test_each_party_sees_the_key_it_is_bound_to(start, pki, two):
    first, second = two
    with servers.Nginx(pki.server(host="*.party.test")) as web:
        proxy = start(web, key_of(first), key_of(second), "auto")
        try:
            armed(proxy, 2)
            for host in HOSTS:
                assert ask(proxy, host).status == 200
            page = proxy.run("status").stdout
            assert page.count("serial ffff0000000") == 2, page
            shown = clients.curl(f"http://127.0.0.1:{proxy.port}/", "-H", "Accept: text/html").body
            assert shown.count("READER-0") == shown.count("READER-1") == 1
            assert web.certificates(3) == [first.sha256, second.sha256, first.sha256], "auto is the token that came first"
        finally:
            proxy.stop()


def test_an_openpgp_fingerprint_is_looked_for_on_every_token(start, pki, stack, home, monkeypatch):
    for number, kind in enumerate(("p384", "p256")):
        stack.cards[number].put("auth", pki.client(kind), with_certificate=True)
        stack.plug(number)
    primary = openpgp.Key()
    subkey = openpgp.Subkey(openpgp.Key(pem=pki.client("p256").key), openpgp.AUTHENTICATE)
    keyring = Keyring(home / "keyring")
    keyring.add(openpgp.certificate(primary, ["Alice <alice@party.test>"], [subkey]), primary.fingerprint)
    monkeypatch.setenv("GNUPGHOME", str(keyring.folder))
    with servers.Nginx(pki.server(host="*.party.test")) as web:
        proxy = start(web, primary.fingerprint)
        try:
            armed(proxy, 2)
            assert ask(proxy, HOSTS[0]).status == 200
            [shown] = web.certificates(1)
            assert shown not in (None, pki.client("p384").sha256, pki.client("p256").sha256), "an envelope"
        finally:
            proxy.stop()


def test_the_removal_of_one_ends_its_own_connections_alone(start, stack, server, two):
    proxy = start(server, *map(key_of, two), "none")
    try:
        armed(proxy, 2)
        opened = [streams.connect(proxy.port, host, server.port) for host in HOSTS]
        for stream in opened:
            stream.sendall(b"echo\n" + b"a")
            assert stream.recv(1) == b"a"
        stack.pull_reader(1)
        assert streams.ended(opened[1])
        for stream in (opened[0], opened[2]):
            stream.sendall(b"b")
            assert stream.recv(1) == b"b", "this one has nothing to do with that token"
        armed(proxy, 1)
        answer = ask(proxy, HOSTS[1])
        assert answer.status == 503 and "insert the one that holds it" in answer.body
        stack.pull_reader(0)
        assert streams.ended(opened[0])
        assert streams.ended(opened[2]), "without a key of its own it ends with the last token"
        stack.plug(1)
        armed(proxy, 1)
        with streams.connect(proxy.port, HOSTS[1], server.port) as stream:
            stream.sendall(b"echo\n" + b"c")
            assert stream.recv(1) == b"c"
    finally:
        proxy.stop()


def test_of_two_with_the_same_key_the_other_takes_over(start, stack, pki, server):
    identity = pki.client("p256")
    for number in (0, 1):
        stack.cards[number].put("auth", identity, with_certificate=True)
        stack.plug(number)
    proxy = start(server, key_of(identity))
    try:
        armed(proxy, 2)
        stream = streams.connect(proxy.port, HOSTS[0], server.port)
        stream.sendall(b"echo\n" + b"a")
        assert stream.recv(1) == b"a"
        used = 0 if "READER-0" in proxy.status()["tokens"][0]["place"] else 1
        stack.pull_reader(used)
        assert streams.ended(stream), "a connection belongs to the very token that opened it"
        armed(proxy, 1)
        with streams.connect(proxy.port, HOSTS[0], server.port) as stream:
            stream.sendall(b"echo\n" + b"b")
            assert stream.recv(1) == b"b"
    finally:
        proxy.stop()


def test_a_second_token_disturbs_nobody(start, stack, pki, server, two):
    stack.pull_reader(1)
    proxy = start(server, "auto")
    try:
        armed(proxy, 1)
        with streams.connect(proxy.port, HOSTS[0], server.port) as stream:
            stream.sendall(b"echo\n" + b"a")
            assert stream.recv(1) == b"a"
            stack.plug(1)
            armed(proxy, 2)
            stream.sendall(b"b")
            assert stream.recv(1) == b"b"
            stack.pull(1)
            armed(proxy, 1)
            stream.sendall(b"c")
            assert stream.recv(1) == b"c"
        wait.until(lambda: not proxy.status()["connections"], "the connection has ended", 10)
    finally:
        proxy.stop()
