"""GnuPG on the virtual card: it shows it, moves keys to it, makes keys on it, signs, decrypts, and respects its PIN counters."""
import pytest

from support.card_gnupg import SHARED, GnuPG
from support.card_stack import CardStack

USER = "Alice <alice@party.test>"
# What --quick-gen-key and --quick-add-key call them.
ALGORITHMS = {
    "rsa2048": {"sign": "rsa2048", "encr": "rsa2048", "auth": "rsa2048"},
    "p256": {"sign": "nistp256", "encr": "nistp256", "auth": "nistp256/ecdsa"},
    "ed25519": {"sign": "ed25519", "encr": "cv25519", "auth": "ed25519"},
}


@pytest.fixture
def stack(home):
    with CardStack(home / "stack") as made:
        made.plug()
        yield made


def signs(gnupg, key):
    """Whether a message signed by that key verifies."""
    signed = gnupg.run("--sign", "--local-user", key, input=b"a message")
    return signed.returncode == 0 and gnupg.run("--decrypt", input=signed.stdout).stdout == b"a message"


def test_card_status_shows_the_card(stack, gnupg):
    status = gnupg.card_status()
    assert status["version"][0] == "0304"
    assert status["serial"][0] == stack.card.serial_number[4:]
    assert status["pinretry"][:3] == ["3", "0", "3"]


@pytest.mark.parametrize("kind", ALGORITHMS)
def test_keys_move_to_the_card_and_work_there(stack, gnupg, kind):
    key = gnupg.make_key(USER, ALGORITHMS[kind])
    gnupg.key_to_card(key)
    assert gnupg.card_status()["fpr"][:3] == gnupg.fingerprints()
    assert gnupg.key_listing().count(f":D276000124010304{stack.card.serial_number}0000:") == 3, "all three are stubs now"
    assert signs(gnupg, key)
    secret = gnupg.ok("--trust-model", "always", "--encrypt", "--recipient", key, input=b"a secret")
    assert gnupg.ok("--decrypt", input=secret) == b"a secret"
    assert stack.card.calls == {"sign": 1, "decrypt": 1, "auth": 0}
    assert gnupg.card_status()["sigcount"][0] == "1"


def test_keys_are_made_on_the_card(stack, gnupg):
    gnupg.make_key_on_card("Alice", "alice@party.test")
    key, *_ = gnupg.fingerprints()
    assert gnupg.card_status()["fpr"][0] == key
    assert signs(gnupg, key)


def test_wrong_pins_count_down_until_the_card_is_locked(stack, gnupg):
    key = gnupg.make_key(USER, ALGORITHMS["ed25519"])
    gnupg.key_to_card(key)
    gnupg.set_pin("000000")
    for left in (2, 1, 0):
        assert not signs(gnupg, key)
        assert stack.card.tries["user"] == left
    gnupg.set_pin("123456")
    assert not signs(gnupg, key)
    assert gnupg.card_status()["pinretry"][0] == "0"


def test_a_card_that_was_pulled_and_plugged_asks_for_the_pin_again(stack, gnupg):
    key = gnupg.make_key(USER, ALGORITHMS["ed25519"])
    gnupg.key_to_card(key)
    assert signs(gnupg, key)
    asked = gnupg.asked().count("user")
    stack.pull()
    assert not signs(gnupg, key)
    stack.plug()
    assert signs(gnupg, key)
    assert gnupg.asked().count("user") == asked + 1


def test_scdaemon_keeps_the_card_from_opensc_unless_it_shares(stack, home):
    with GnuPG(stack, home / "gnupg") as gnupg:
        gnupg.card_status()
        assert "OpenPGP" not in stack.run("pkcs11-tool", "--list-slots").stdout
        gnupg.release()
        assert "OpenPGP" in stack.run("pkcs11-tool", "--list-slots").stdout
    with GnuPG(stack, home / "sharing", scdaemon=SHARED) as gnupg:
        gnupg.card_status()
        assert "OpenPGP" in stack.run("pkcs11-tool", "--list-slots").stdout
