"""OpenSC's PKCS#11 module on the virtual card: what it lists, that its signatures verify, that wrong PINs count."""
import hashlib
import threading

import pytest

from support import wait
from support.card import SIGNING, USING
from support.card_stack import CardStack
from support.pki import openssl

KEYS = {"rsa": ("rsa", "SHA256-RSA-PKCS"), "p256": ("p256", "ECDSA"), "p384": ("p384", "ECDSA")}


@pytest.fixture
def stack(home):
    with CardStack(home / "stack") as made:
        yield made


def tool(stack, *arguments):
    done = stack.run("pkcs11-tool", *arguments)
    return done.returncode, done.stdout + done.stderr


def sign(stack, home, mechanism, message, pin="123456", slot="OpenPGP card (User PIN)", key="03"):
    """A signature by the card; for ECDSA of the message's SHA-256, in DER."""
    (home / "message").write_bytes(message)
    (home / "input").write_bytes(hashlib.sha256(message).digest() if mechanism == "ECDSA" else message)
    status, shown = tool(stack, "--token-label", slot, "--login", "--pin", pin, "--sign", "--id", key, "--mechanism", mechanism,
                         "--signature-format", "openssl", "--input-file", home / "input", "--output-file", home / "signature")
    return status == 0, shown


def test_a_card_has_two_slots_and_the_authentication_key_is_in_the_first(stack, pki):
    for slot, key in (("sign", "p256"), ("decrypt", "p256"), ("auth", "p384")):
        stack.card.put(slot, pki.client(key))
    stack.plug()
    _, slots = tool(stack, "--list-slots")
    assert "OpenPGP card (User PIN)" in slots and "OpenPGP card (User PIN (sig))" in slots
    assert f"serial num         : {stack.card.serial_number.lower()}" in slots
    _, first = tool(stack, "--token-label", "OpenPGP card (User PIN)", "-O")
    assert "Authentication key" in first and "Signature key" not in first
    _, second = tool(stack, "--token-label", "OpenPGP card (User PIN (sig))", "-O")
    assert "Signature key" in second and "Authentication key" not in second


def test_there_is_no_rsa_pss(stack, pki):
    stack.card.put("auth", pki.client("rsa"))
    stack.plug()
    _, mechanisms = tool(stack, "-M")
    assert "SHA256-RSA-PKCS," in mechanisms and "PSS" not in mechanisms


@pytest.mark.parametrize("kind", KEYS)
def test_a_signature_verifies_and_is_counted_at_the_key(stack, home, pki, kind):
    key, mechanism = KEYS[kind]
    stack.card.put("auth", pki.client(key), with_certificate=True)
    stack.plug()
    good, shown = sign(stack, home, mechanism, b"what is signed")
    assert good, shown
    (home / "public").write_text(openssl("x509", "-in", pki.client(key).certificate, "-noout", "-pubkey"))
    openssl("dgst", "-sha256", "-verify", home / "public", "-signature", home / "signature", home / "message")
    assert stack.card.calls == {"sign": 0, "decrypt": 0, "auth": 1}


def test_an_ed25519_signature_verifies(stack, home):
    openssl("genpkey", "-algorithm", "ED25519", "-out", home / "key.pem")
    stack.card.put_key("auth", home / "key.pem")
    stack.plug()
    good, shown = sign(stack, home, "EDDSA", b"what is signed")
    assert good, shown
    openssl("pkeyutl", "-verify", "-rawin", "-inkey", home / "key.pem", "-in", home / "message", "-sigfile", home / "signature")


def test_the_signature_key_takes_its_own_login(stack, home, pki):
    stack.card.put("sign", pki.client("p256"))
    stack.plug()
    good, shown = sign(stack, home, "ECDSA", b"x", slot="OpenPGP card (User PIN (sig))", key="01")
    assert good, shown
    assert stack.card.calls["sign"] == 1
    assert not stack.card.verified & {SIGNING, USING}


def test_wrong_pins_count_down_until_the_card_is_locked(stack, home, pki):
    stack.card.put("auth", pki.client("p256"))
    stack.plug()
    for left in (2, 1, 0):
        assert not sign(stack, home, "ECDSA", b"x", pin="000000")[0]
        assert stack.card.tries == {"user": left, "admin": 3}
    good, shown = sign(stack, home, "ECDSA", b"x")
    assert not good and "CKR_PIN_LOCKED" in shown


def test_a_pulled_card_is_gone_and_a_plugged_one_is_back(stack, home, pki):
    stack.card.put("auth", pki.client("p256"))
    stack.plug()
    for _ in range(3):
        stack.pull()
        assert "OpenPGP" not in tool(stack, "--list-slots")[1]
        stack.plug()
        assert sign(stack, home, "ECDSA", b"x")[0]


def test_a_card_that_is_pulled_in_the_middle_of_a_signature_is_ready_when_it_is_back(stack, home, pki):
    stack.card.put("auth", pki.client("p256"))
    stack.plug()
    stack.card.delay(600)
    signing = threading.Thread(target=sign, args=[stack, home, "ECDSA", b"x"])
    signing.start()
    wait.until(lambda: stack.card.busy, "the card signs", 20)
    stack.pull()
    signing.join()
    assert not stack.card.busy
    assert stack.card.calls["auth"] == 0
    stack.card.delay(0)
    stack.plug()
    assert sign(stack, home, "ECDSA", b"x")[0]


def test_a_card_that_is_in_outlives_pcscd(stack, home, pki):
    stack.card.put("auth", pki.client("p256"))
    stack.plug()
    stack.kill_pcscd()
    assert not sign(stack, home, "ECDSA", b"x")[0]
    stack.start_pcscd()
    stack.wait_for_card()
    assert sign(stack, home, "ECDSA", b"x")[0]


def test_two_cards_are_told_apart_by_their_serial_numbers(home, pki):
    with CardStack(home / "stack", cards=2) as stack:
        for number, card in enumerate(stack.cards):
            card.put("auth", pki.client("p256"))
            stack.plug(number)
        _, slots = tool(stack, "--list-slots")
        for card in stack.cards:
            assert slots.count(card.serial_number.lower()) == 2
