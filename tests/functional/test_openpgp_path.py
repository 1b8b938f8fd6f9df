"""OpenPGP from end to end: the token's key with the user's certificate, the proxy, the gate, and what its backend is told."""
import contextlib
import dataclasses
import json
import subprocess

import pytest

from support import clients, openpgp, servers, streams
from support.card_gnupg import GnuPG, ThroughAgent
from support.gates import Backend, Gate

URL = "http://party.test/header/X-Latchkey-Identity"
USER = "Alice <alice@party.test>"


class Keyring:
    """A GnuPG home for the user, and one for the gate, which trusts whom it imports."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)

    def gpg(self, *arguments, input=None):
        return subprocess.run(["gpg", "--homedir", str(self.folder), "--batch", "--quiet", "--no-autostart", *arguments],
                              input=input, capture_output=True, check=True).stdout

    def add(self, certificate, fingerprint):
        self.gpg("--import", input=certificate)
        self.gpg("--import-ownertrust", input=f"{fingerprint.upper()}:6:\n".encode())


@dataclasses.dataclass
class User:
    """Somebody whose OpenPGP subkey is the token's key."""

    fingerprint: str
    certificate: bytes


@pytest.fixture
def user(home, pki, monkeypatch):
    primary = openpgp.Key()
    subkey = openpgp.Subkey(openpgp.Key(pem=pki.client("p256").key), openpgp.AUTHENTICATE)
    certificate = openpgp.certificate(primary, [USER], [subkey])
    keyring = Keyring(home / "gnupg")
    keyring.add(certificate, primary.fingerprint)
    monkeypatch.setenv("GNUPGHOME", str(keyring.folder))
    return User(primary.fingerprint, certificate)


@contextlib.contextmanager
def gate_that_knows(home, pki, user):
    """A gate with an OpenPGP key of its own, whose keyring has the user's certificate."""
    server = pki.server()
    key = openpgp.Key(pem=server.key)
    (home / "gate.pgp").write_bytes(openpgp.certificate(key, ["https://party.test"],
                                                        flags=openpgp.CERTIFY | openpgp.SIGN | openpgp.AUTHENTICATE))
    keyring = Keyring(home / "gate-gnupg")
    keyring.add(user.certificate, user.fingerprint)
    with Backend() as backend, Gate(home, pki, backend, openpgp=home / "gate.pgp", keyring=keyring.folder) as running:
        running.backend = backend
        running.fingerprint = key.fingerprint
        yield running


@pytest.fixture
def gate(home, pki, user):
    with gate_that_knows(home, pki, user) as running:
        yield running


def seen_by(gate):
    """What the backend was told of the client in the last request."""
    return {name: value for name, value in gate.backend.requests[-1][1] if name.startswith("X-Latchkey-")}


def explained(proxy, gate):
    return json.loads(proxy.run("explain", "--json", f"https://party.test:{gate.port}/").stdout)


def told_of(user, method):
    return {"X-Latchkey-Identity": "Alice%20%3Calice@party.test%3E", "X-Latchkey-Fingerprint": user.fingerprint,
            "X-Latchkey-Method": method}


def test_both_ends_show_openpgp_in_tls_1_2(latchkey, token, gate, user):
    party = {"tls": "1.2", "openpgp": [gate.fingerprint], "trust": "openpgp"}
    with latchkey(gate, token=token(), party=party) as proxy:
        found = explained(proxy, gate)
        assert found["verdict"] == "pass" and found["certificate_type"] == "OpenPGP"
        assert found["openpgp"]["fingerprint"] == gate.fingerprint
        assert found["identity_form"].startswith("the OpenPGP certificate " + user.fingerprint)
        assert clients.curl(URL, port=proxy.port).status == 200
        assert seen_by(gate) == told_of(user, "openpgp")
        assert clients.curl(URL, port=proxy.port).status == 200
        assert seen_by(gate) == told_of(user, "openpgp"), "also when the session is resumed"


def test_the_user_shows_an_envelope_in_tls_1_3(latchkey, token, gate, user):
    with latchkey(gate, token=token()) as proxy:
        found = explained(proxy, gate)
        assert found["protocol"] == "TLS 1.3" and found["certificate_type"] == "X.509"
        assert "that carries the OpenPGP certificate " + user.fingerprint in found["identity_form"]
        assert clients.curl(URL, port=proxy.port).status == 200
        assert seen_by(gate) == told_of(user, "openpgp-x509")


def test_a_party_that_lists_a_fingerprint_and_answers_with_good_x_509_is_refused(latchkey, token, gate):
    with latchkey(gate, token=token(), party={"openpgp": [gate.fingerprint], "tls": "1.3"}) as proxy:
        found = explained(proxy, gate)
        assert found["verdict"] == "fail"
        assert clients.curl(URL, port=proxy.port).status == 502
        assert not gate.backend.requests


def test_the_demo_party_is_judged_by_its_openpgp_key_and_shown_the_users(latchkey, token, user):
    with latchkey(token=token(), parties=[]) as proxy:
        found = json.loads(proxy.run("explain", "--json", "http://demo.latchkey.test/").stdout)
        assert found["verdict"] == "pass" and found["trust"] == "openpgp"
        assert "that carries the OpenPGP certificate " + user.fingerprint in found["identity_form"]


def works_until_it_is_pulled(proxy, stack, gate, user):
    """RFC 6091 with both sides' keys; and with the card every connection goes."""
    assert clients.curl(URL, port=proxy.port).status == 200
    assert seen_by(gate) == told_of(user, "openpgp")
    stream = streams.connect(proxy.port, "party.test", gate.port)
    stream.sendall(b"GET /header/X-Latchkey-Method HTTP/1.1\r\nHost: party.test\r\n\r\n")
    assert stream.recv(1) == b"H"
    stack.pull()
    streams.rest(stream)
    proxy.until(lambda status: status["token"]["state"] == "absent", "has no token")
    assert clients.curl(URL, port=proxy.port).status == 503


def openpgp_only(gate):
    return {"tls": "1.2", "openpgp": [gate.fingerprint], "trust": "openpgp", "auth": ["openpgp"]}


def test_the_whole_path_with_a_card_through_opensc(latchkey, stack, gate, user):
    with latchkey(gate, token=stack, party=openpgp_only(gate)) as proxy:
        works_until_it_is_pulled(proxy, stack, gate, user)


@pytest.mark.parametrize("kind", ["rsa2048", "nistp256"])
def test_the_whole_path_with_a_key_of_gpg_agents(latchkey, home, pki, stack, kind):
    with GnuPG(stack, home / "gnupg") as gnupg:
        primary = gnupg.make_key(USER, {"sign": kind, "encr": kind, "auth": kind if "rsa" in kind else kind + "/ecdsa"})
        user = User(primary.lower(), gnupg.ok("--export", primary))
        agent = ThroughAgent(stack, gnupg, on_disk=True)
        with gate_that_knows(home, pki, user) as gate, latchkey(gate, token=agent, party=openpgp_only(gate)) as proxy:
            assert clients.curl(URL, port=proxy.port).status == 200
            assert seen_by(gate) == told_of(user, "openpgp")


@pytest.mark.parametrize("tls", servers.VERSIONS)
def test_a_keyring_that_changed_forces_a_full_handshake(latchkey, home, token, pki, user, tls):
    with servers.Nginx(pki.server(), tls, tickets=True) as server, latchkey(server, token=token()) as proxy:
        for _ in range(3):
            assert clients.curl("http://party.test/index.html", port=proxy.port).status == 200
        assert server.resumed(3)[-1], "nothing was resumed before"
        somebody = openpgp.Key()
        Keyring(home / "gnupg").add(openpgp.certificate(somebody, ["Bob <bob@party.test>"]), somebody.fingerprint)
        assert clients.curl("http://party.test/index.html", port=proxy.port).status == 200
        assert server.resumed(4)[-1] is False
