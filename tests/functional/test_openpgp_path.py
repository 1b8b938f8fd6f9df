"""OpenPGP from end to end: the token's key with the user's certificate, the proxy, the gate, and what its backend is told."""
import contextlib
import dataclasses
import json

import pytest

from support import clients, gates, openpgp, servers, streams, tokens
from support.card_gnupg import GnuPG, ThroughAgent
from support.card_usb import UsbCardStack
from support.gates import Backend, Gate
from support.keyrings import Keyring

URL = "http://party.test/header/X-Latchkey-Identity"
USER = "Alice <alice@party.test>"


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
def gate_that_knows(home, pki, user, on_token=False):
    """A gate with an OpenPGP key of its own, which may be on a token, whose keyring has the user's certificate."""
    server = pki.server()
    key = openpgp.Key(pem=server.key)
    (home / "gate.pgp").write_bytes(openpgp.certificate(key, ["https://party.test"],
                                                        flags=openpgp.CERTIFY | openpgp.SIGN | openpgp.AUTHENTICATE))
    keyring = Keyring(home / "gate-gnupg")
    keyring.add(user.certificate, user.fingerprint)
    shown, its_token = (gates.on_token(server), tokens.make(home / "gate-token", server)) if on_token else (server, None)
    with Backend() as backend, Gate(home, pki, backend, [shown], its_token, openpgp=home / "gate.pgp", keyring=keyring.folder) as running:
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


def test_both_ends_have_their_openpgp_keys_on_tokens(latchkey, home, pki, token, user):
    party = {"tls": "1.2", "trust": "openpgp", "auth": ["openpgp"]}
    with gate_that_knows(home, pki, user, on_token=True) as gate:
        gate.until_armed()
        with latchkey(gate, token=token(), party=party | {"openpgp": [gate.fingerprint]}) as proxy:
            assert explained(proxy, gate)["certificate_type"] == "OpenPGP"
            assert clients.curl(URL, port=proxy.port).status == 200
            assert seen_by(gate) == told_of(user, "openpgp")


def test_the_user_shows_an_envelope_in_tls_1_3(latchkey, token, gate, user):
    with latchkey(gate, token=token()) as proxy:
        found = explained(proxy, gate)
        assert found["protocol"] == "TLS 1.3" and found["certificate_type"] == "X.509"
        assert "that carries the OpenPGP certificate " + user.fingerprint in found["identity_form"]
        assert clients.curl(URL, port=proxy.port).status == 200
        assert seen_by(gate) == told_of(user, "openpgp-x509")


def held_open(proxy, gate):
    """A connection through the proxy to the gate, behind its first answer."""
    stream = streams.connect(proxy.port, "party.test", gate.port)
    stream.sendall(b"GET /header/X-Latchkey-Method HTTP/1.1\r\nHost: party.test\r\n\r\n")
    assert stream.recv(1) == b"H"
    return stream


@pytest.mark.parametrize("tls, form", [("1.2", "openpgp"), ("1.3", "openpgp-x509")])
def test_status_and_explain_name_the_user_id_that_each_side_showed(latchkey, token, gate, user, tls, form):
    party = {"tls": tls} | ({"openpgp": [gate.fingerprint], "trust": "openpgp"} if tls == "1.2" else {})
    with latchkey(gate, token=token(), party=party) as proxy, held_open(proxy, gate):
        [connection] = proxy.status()["connections"]
        assert connection["shown"] == {"form": form, "fingerprint": user.fingerprint, "name": USER}
        assert connection["shown_in_clear"] == (tls == "1.2")
        text, page = proxy.run("status").stdout, clients.curl(f"http://127.0.0.1:{proxy.port}/", "-H", "Accept: text/html").body
        in_clear = f"in TLS 1.2 your certificate, with {USER} in it, cross"
        assert (in_clear + "ed the network in clear" in text) == (tls == "1.2")
        assert ("your certificate crossed the network in clear" in page) == (tls == "1.2") and "alice@party.test" in page
        explained_text = proxy.run("explain", f"https://party.test:{gate.port}/").stdout
        assert (in_clear + "es the network in clear" in explained_text) == (tls == "1.2")
        if tls == "1.2":
            assert connection["peer"] == {"form": "openpgp", "fingerprint": gate.fingerprint, "name": "https://party.test"}
        else:
            assert connection["peer"]["form"] == "x509" and "party.test" in connection["peer"]["name"]
        with held_open(proxy, gate):
            resumed = proxy.status()["connections"][-1]
            assert resumed["resumed"] and resumed["shown"] == connection["shown"] and not resumed["shown_in_clear"]


def test_token_list_and_doctor_name_the_users_certificate(latchkey, token, user):
    with latchkey(token=token(), parties=[]) as proxy:
        [listed] = json.loads(proxy.run("token", "list", "--json").stdout)["tokens"]
        assert listed["keys"][0]["openpgp"] == {"fingerprint": user.fingerprint, "user_id": USER, "expires": None}
        assert f"OpenPGP      {user.fingerprint}, {USER}" in proxy.run("token", "list").stdout
        checks = {check["check"]: check for check in json.loads(proxy.run("doctor", "--json", seconds=60).stdout)["checks"]}
        assert checks["openpgp"]["verdict"] == "ok" and user.fingerprint in checks["openpgp"]["says"]


def test_token_list_and_doctor_say_that_no_certificate_has_the_key(latchkey, token, home, monkeypatch):
    monkeypatch.setenv("GNUPGHOME", str(home / "nothing"))
    with latchkey(token=token(), parties=[]) as proxy:
        [listed] = json.loads(proxy.run("token", "list", "--json").stdout)["tokens"]
        assert listed["keys"][0]["openpgp"] is None and "gpg --import" in listed["keys"][0]["openpgp_problem"]
        checks = {check["check"]: check for check in json.loads(proxy.run("doctor", "--json", seconds=60).stdout)["checks"]}
        assert "is in no OpenPGP certificate" in checks["openpgp"]["says"] and "gpg --import" in checks["openpgp"]["says"]


@pytest.mark.parametrize("how, says, to_do", [
    ({"revoked": True}, "is revoked", "another certificate"),
    ({"lifetime": openpgp.seconds_until_yesterday()}, "expired on ", "gpg --quick-set-expire"),
    ({"lifetime": openpgp.seconds_until_yesterday() + 20 * openpgp.DAY}, "expires on ", "gpg --quick-set-expire"),
])
def test_doctor_finds_a_subkey_that_is_or_will_be_of_no_use(latchkey, token, home, pki, monkeypatch, how, says, to_do):
    primary = openpgp.Key()
    subkey = openpgp.Subkey(openpgp.Key(pem=pki.client("p256").key), openpgp.AUTHENTICATE, **how)
    keyring = Keyring(home / "gnupg")
    keyring.add(openpgp.certificate(primary, [USER], [subkey]), primary.fingerprint)
    monkeypatch.setenv("GNUPGHOME", str(keyring.folder))
    with latchkey(token=token(), parties=[]) as proxy:
        checks = {check["check"]: check for check in json.loads(proxy.run("doctor", "--json", seconds=60).stdout)["checks"]}
        assert checks["openpgp"]["verdict"] in ("warning", "problem"), checks["openpgp"]
        assert says in checks["openpgp"]["says"] and to_do in checks["openpgp"]["to_do"] and USER in checks["openpgp"]["says"]


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
        page = clients.curl("http://demo.latchkey.test/", port=proxy.port).body
        assert f"you are      {USER}\n" in page and user.fingerprint in page
        assert "I showed     an X.509 certificate that carries the OpenPGP certificate " in page
        assert "https://demo.latchkey.test\n" in page


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


def user_of(gnupg, kind):
    primary = gnupg.make_key(USER, {"sign": kind, "encr": kind, "auth": kind if "rsa" in kind else kind + "/ecdsa"})
    return User(primary.lower(), gnupg.ok("--export", primary))


@pytest.mark.parametrize("kind", ["rsa2048", "nistp256", "nistp384"])
def test_the_whole_path_with_a_card_through_gpg_agent(latchkey, home, pki, kind):
    with UsbCardStack(home / "stack") as stack, GnuPG(stack, home / "gnupg") as gnupg:
        stack.plug()
        user = user_of(gnupg, kind)
        gnupg.key_to_card(user.fingerprint.upper())
        gnupg.release()
        agent = ThroughAgent(stack, gnupg)
        with gate_that_knows(home, pki, user) as gate, latchkey(gate, token=agent, party=openpgp_only(gate)) as proxy:
            works_until_it_is_pulled(proxy, stack, gate, user)


@pytest.mark.parametrize("kind", ["rsa2048", "nistp256"])
def test_the_whole_path_with_a_key_of_gpg_agents(latchkey, home, pki, stack, kind):
    with GnuPG(stack, home / "gnupg") as gnupg:
        user = user_of(gnupg, kind)
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
