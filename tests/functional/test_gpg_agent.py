"""The key is reached through the user's gpg-agent: a card that scdaemon has for itself alone, or a key on disk. The PIN is GnuPG's business."""
import json
import re

import pytest

from support import clients, servers, streams, wait
from support.card import USING
from support.card_gnupg import ThroughAgent
from support.card_usb import UsbCardStack

URL = "http://party.test/"
USER = "Alice <alice@party.test>"
KINDS = {
    "rsa2048": {"sign": "rsa2048", "encr": "rsa2048", "auth": "rsa2048"},
    "p256": {"sign": "nistp256", "encr": "nistp256", "auth": "nistp256/ecdsa"},
    "ed25519": {"sign": "ed25519", "encr": "cv25519", "auth": "ed25519"},
}
ON_DISK = ("rsa2048", "p256")


@pytest.fixture
def stack(home):
    """A card without keys that is in."""
    with UsbCardStack(home / "stack") as made:
        made.plug()
        yield made


@pytest.fixture
def make_key(gnupg):
    """A key whose parts are on the card."""
    def make(kind):
        gnupg.key_to_card(gnupg.make_key(USER, KINDS[kind]))
        gnupg.release()
        (gnupg.folder / "asked").unlink()
    return make


def enroll(proxy):
    done = proxy.run("token", "enroll", seconds=60)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def party(pki):
    with servers.Nginx(pki.server()) as server:
        yield server


@pytest.mark.parametrize("kind", KINDS)
def test_a_card_that_is_scdaemons_signs(kind, latchkey, stack, gnupg, make_key, party):
    make_key(kind)
    gnupg.card_status()  # from now on scdaemon has the card for itself alone
    proxy = latchkey(party, token=ThroughAgent(stack, gnupg))
    enroll(proxy)
    signed = stack.card.calls["auth"]
    with proxy:
        assert clients.curl(URL, port=proxy.port).status == 200
        assert stack.card.calls["auth"] == signed + 2, "one for the envelope, one for the handshake"
        assert gnupg.asked() == ["user"] * 2, "once to enroll, once to arm"
        assert len(party.certificates()) == 1
        assert gnupg.run("--sign", "--local-user", USER, input=b"a message").returncode == 0, "gpg goes on working"


def test_a_card_that_is_pulled_closes_and_one_that_comes_back_works(latchkey, pki, stack, gnupg, make_key):
    make_key("p256")
    with servers.ByteServer(pki.server()) as server:
        proxy = latchkey(server, token=ThroughAgent(stack, gnupg))
        enroll(proxy)
        with proxy:
            stream = streams.connect(proxy.port, "party.test", server.port)
            stream.sendall(b"echo\n" + b"a")
            assert stream.recv(1) == b"a"
            stack.pull()
            assert streams.ended(stream)
            proxy.until(lambda status: status["token"]["state"] == "absent", "has no token")
            stack.plug()
            proxy.until(lambda status: status["armed"], "is armed again", 40)
            with streams.connect(proxy.port, "party.test", server.port) as again:
                again.sendall(b"echo\n" + b"b")
                assert again.recv(1) == b"b"


def test_a_wrong_pin_is_not_tried_again_and_the_right_one_arms(latchkey, stack, gnupg, make_key, party):
    make_key("p256")
    proxy = latchkey(party, token=ThroughAgent(stack, gnupg))
    enroll(proxy)
    gnupg.set_pin("999999")
    asked = len(gnupg.asked())
    proxy.start(armed=False)
    try:
        proxy.until(lambda status: status["token"]["state"] == "locked", "refuses the PIN")
        assert len(gnupg.asked()) == asked + 1 and "Bad PIN" in proxy.status()["token"]["reason"]
        gnupg.set_pin("123456")
        assert proxy.run("unlock").returncode == 0
        assert clients.curl(URL, port=proxy.port).status == 200
    finally:
        proxy.stop()


def test_lock_takes_the_pin_from_the_card(latchkey, stack, gnupg, make_key, party):
    make_key("p256")
    proxy = latchkey(party, token=ThroughAgent(stack, gnupg))
    enroll(proxy)
    with proxy:
        assert USING in stack.card.verified
        assert proxy.run("lock").returncode == 0
        wait.until(lambda: USING not in stack.card.verified, "the card has forgotten the PIN", 10)
        assert clients.curl(URL, port=proxy.port).status == 503


@pytest.mark.parametrize("kind", ON_DISK)
def test_a_key_on_disk_signs_and_is_shown_as_what_it_is(kind, latchkey, stack, gnupg, party):
    gnupg.make_key(USER, KINDS[kind])
    with latchkey(party, token=ThroughAgent(stack, gnupg, on_disk=True)) as proxy:
        assert clients.curl(URL, port=proxy.port).status == 200
        assert proxy.status()["token"]["file_key"] is True
        assert "file key, no protection" in proxy.run("status").stdout
        assert len(party.certificates()) == 1
        assert gnupg.asked() == []


def test_an_ed25519_key_on_disk_is_none_to_sign_with(latchkey, stack, gnupg):
    """GnuPG 2.2 signs at most 64 octets with one: no handshake."""
    gnupg.make_key(USER, KINDS["ed25519"])
    listed = latchkey(token=ThroughAgent(stack, gnupg, on_disk=True)).run("token", "list")
    assert "no key on disk" in listed.stdout, listed.stdout + listed.stderr


def test_doctor_knows_that_gnupg_signs(latchkey, stack, gnupg, make_key):
    make_key("p256")
    gnupg.card_status()
    done = latchkey(parties=[], token=ThroughAgent(stack, gnupg)).run("doctor", "--json", seconds=60)
    checks = {check["check"]: check for check in json.loads(done.stdout)["checks"]}
    assert checks["readers"]["verdict"] == "ok" and checks["gnupg"]["verdict"] == "ok", checks


def test_without_a_key_that_may_authenticate_it_says_what_makes_one(latchkey, stack, gnupg):
    listed = latchkey(token=ThroughAgent(stack, gnupg)).run("token", "list")
    assert re.search("GnuPG keys on disk.*quick-add-key FINGERPRINT rsa3072 auth", listed.stdout, re.S), listed.stdout + listed.stderr


def test_a_pin_of_ours_is_refused_in_the_configuration(latchkey, stack, gnupg):
    class WithPin(ThroughAgent):
        configuration = {"module": "gpg-agent", "pin": "credential"}
    proxy = latchkey(token=WithPin(stack, gnupg))
    refused = proxy.run("token", "list")
    assert refused.returncode == 2 and "GnuPG asks for the PIN itself" in refused.stderr
