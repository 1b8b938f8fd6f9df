"""An Ed25519 key on a token, which signs in TLS 1.3 only; parties that have such a key themselves; clients of the gate."""
import base64
import json

import pytest

from support import clients, servers
from support.card_stack import CardStack
from support.gates import Backend, Gate
from support.pki import openssl

URL = "http://party.test/index.html"
ED25519, ECDSA_P256, RSA_PSS_SHA256 = 0x0807, 0x0403, 0x0804


@pytest.fixture
def stack(home, pki):
    """A card that is in, with an Ed25519 key for authentication and its certificate."""
    with CardStack(home / "stack") as made:
        made.card.put("sign", pki.client("p256"))
        made.card.put("auth", pki.client("ed25519"), with_certificate=True)
        made.plug()
        yield made


def pin_of(identity):
    return base64.b64encode(bytes.fromhex(identity.key_sha256)).decode()


def test_token_list_shows_the_key(latchkey, pki, stack):
    done = latchkey(token=stack).run("token", "list", "--json")
    assert done.returncode == 0, done.stderr
    keys = {key["id"]: key for token in json.loads(done.stdout)["tokens"] for key in token["keys"]}
    assert keys["03"]["type"] == "Ed25519" and keys["03"]["schemes"] == ["Ed25519"]
    assert keys["03"]["fingerprint"] == pki.client("ed25519").key_sha256
    assert keys["03"]["certificate"]["sha256"] == pki.client("ed25519").sha256


@pytest.mark.parametrize("tls", ["1.3", servers.VERSIONS], ids=["1.3", "both"])
@pytest.mark.parametrize("kind", servers.REAL_SERVERS, ids=lambda kind: kind.name)
def test_the_party_sees_the_cards_certificate(latchkey, pki, stack, kind, tls):
    with kind(pki.server(), tls=tls) as server, latchkey(server, token=stack) as proxy:
        answer = clients.curl(URL, port=proxy.port)
        assert answer.status == 200, answer
        assert server.certificates() == [pki.client("ed25519").sha256]
        assert stack.card.calls == {"sign": 0, "decrypt": 0, "auth": 1}


def test_openssl_verifies_certificate_and_signature(latchkey, pki, stack):
    full = ["-CAfile", str(pki.client("ed25519").certificate), "-verify_return_error"]
    with servers.OpensslServer(pki.server(), "1.3", more=full) as server, latchkey(server, token=stack) as proxy:
        answer = clients.curl(URL, port=proxy.port)
        assert answer.status == 200, answer
        assert server.certificates() == [pki.client("ed25519").sha256]


def test_a_software_token_does_it_too(latchkey, pki, token):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=token("ed25519")) as proxy:
        assert clients.curl(URL, port=proxy.port).status == 200
        assert server.certificates() == [pki.client("ed25519").sha256]


def test_enroll_makes_a_certificate(latchkey, pki, home):
    with CardStack(home / "stack") as stack:
        stack.card.put("auth", pki.client("ed25519"))
        stack.plug()
        product = latchkey(token=stack)
        done = product.run("token", "enroll")
        assert done.returncode == 0, done.stderr
        (made,) = (product.folder / "state/latchkey/certificates").glob("*.pem")
        openssl("verify", "-CAfile", made, "-check_ss_sig", made)
        assert "ED25519" in openssl("x509", "-in", made, "-noout", "-text")


def test_a_party_in_tls_1_2_that_asks_is_refused_with_the_reason(latchkey, pki, stack):
    with servers.OpensslServer(pki.server(), "1.2") as server, latchkey(server, token=stack) as proxy:
        answer = clients.curl(URL, port=proxy.port)
        assert answer.status == 502, answer
        assert "Ed25519 key signs in TLS 1.3 only" in answer.body and "another key" in answer.body, answer.body
        explained = json.loads(proxy.run("explain", "--json", f"https://party.test:{server.port}/").stdout)
        assert explained["verdict"] == "pass" and "TLS 1.3 only" in explained["identity_note"]
        assert not server.was_shown_a_certificate() and stack.card.calls["auth"] == 0


def test_a_party_in_tls_1_2_that_does_not_ask_is_reached(latchkey, pki, stack):
    with servers.TlsForwarder(pki.server(), 9, tls="1.2") as server, latchkey(server, token=stack) as proxy:
        explained = json.loads(proxy.run("explain", "--json", f"https://party.test:{server.port}/").stdout)
        assert explained["verdict"] == "pass" and "does not ask" in explained["identity_note"]


def test_a_party_that_does_not_take_ed25519_is_refused_with_the_reason(latchkey, pki, stack):
    with servers.Tls13Server(pki.server(), ECDSA_P256, RSA_PSS_SHA256) as server, latchkey(server, token=stack) as proxy:
        answer = clients.curl(URL, port=proxy.port)
        assert answer.status == 502 and "does not take signatures of Ed25519 keys" in answer.body, answer
        assert stack.card.calls["auth"] == 0


def test_a_party_that_lists_ed25519_far_down_takes_it(latchkey, pki, stack):
    schemes = (*range(0xFE00, 0xFE20), RSA_PSS_SHA256, ED25519)
    with servers.Tls13Server(pki.server(), *schemes) as server, latchkey(server, token=stack) as proxy:
        assert clients.curl(URL, port=proxy.port).status == 200
        assert server.certificates() == [f"verified 0807 {pki.client('ed25519').sha256}"]


@pytest.mark.parametrize("kind", servers.REAL_SERVERS, ids=lambda kind: kind.name)
def test_a_partys_own_ed25519_key_is_proved_and_pinned(latchkey, pki, token, kind):
    identity = pki.server("self-signed", "ed25519")
    party = {"trust": "pin", "pin": [pin_of(identity)]}
    with kind(identity) as server, latchkey(server, token=token(), party=party) as proxy:
        answer = clients.curl(URL, port=proxy.port)
        assert answer.status == 200, answer


def test_no_ca_speaks_for_an_ed25519_key(latchkey, pki, token):
    with servers.Nginx(pki.server(key="ed25519")) as server, latchkey(server, token=token()) as proxy:
        answer = clients.curl(URL, port=proxy.port)
        assert answer.status == 502 and "Ed25519" in answer.body, answer


def listed(home, identity):
    """An allow file with this key."""
    (home / "allowed").write_text(f"{identity.key_sha256}\n")
    return home / "allowed"


def test_the_gate_lets_a_listed_key_in(home, pki):
    identity = pki.client("ed25519")
    with Backend() as backend, Gate(home, pki, backend, client_roots=None, allow_file=listed(home, identity)) as gate:
        answer = gate.ask("/header/X-Latchkey-Fingerprint", identity, version="1.3")
        assert answer.status == 200 and answer.text.strip() == identity.key_sha256


def test_the_gate_lets_no_other_key_in(home, pki):
    with Backend() as backend, Gate(home, pki, backend, client_roots=None, allow_file=listed(home, pki.client("p256"))) as gate:
        assert gate.ask("/", pki.client("ed25519"), version="1.3").status == 403
        assert backend.requests == []


def test_the_gate_takes_such_keys_in_tls_1_3_only(home, pki):
    identity = pki.client("ed25519")
    with Backend() as backend, Gate(home, pki, backend, client_roots=None, allow_file=listed(home, identity)) as gate:
        try:
            assert gate.ask("/", identity, version="1.2").status == 403  # OpenSSL's client shows none there
        except OSError:
            pass
        assert backend.requests == []


def test_the_card_passes_the_gate(home, pki, latchkey, stack):
    identity = pki.client("ed25519")
    with Backend() as backend, Gate(home, pki, backend, client_roots=None, allow_file=listed(home, identity)) as gate:
        with latchkey(gate, token=stack) as proxy:
            answer = clients.curl("http://party.test/header/X-Latchkey-Fingerprint", port=proxy.port)
            assert answer.status == 200 and answer.body.strip() == identity.key_sha256
