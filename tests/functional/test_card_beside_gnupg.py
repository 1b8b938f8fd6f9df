"""Latchkey and GnuPG on the same card at the same time, with scdaemon set to share it: both sign, neither fails."""
import os
import signal
import threading

import pytest

from support import clients, servers, wait
from support.card_stack import CardStack

USER = "Alice <alice@party.test>"
ALGORITHMS = {"sign": "nistp256", "encr": "nistp256", "auth": "nistp256/ecdsa"}


@pytest.fixture
def stack(home):
    with CardStack(home / "stack") as made:
        made.plug()
        yield made


@pytest.fixture
def gnupg(gnupg):
    gnupg.share_card()
    return gnupg


@pytest.fixture
def key(gnupg):
    """Its three parts are on the card; gpg knows its PIN from now on."""
    made = gnupg.make_key(USER, ALGORITHMS)
    gnupg.key_to_card(made)
    return made


@pytest.fixture
def party(pki):
    """A server that resumes nothing: every connection takes a signature."""
    with servers.OpensslServer(pki.server(), more=("-no_ticket", "-num_tickets", "0", "-no_cache")) as server:
        yield server


def beside(latchkey, party, stack, gnupg):
    """Latchkey of the same user: it finds the same GnuPG."""
    product = latchkey(party, token=stack)
    product.environment |= gnupg.environment
    return product


def fetch(proxy):
    answer = clients.curl("http://party.test/index.html", port=proxy.port)
    return "" if answer.status == 200 else f"curl: {answer}"


def use_key(gnupg, key):
    """Signs and decrypts; what went wrong, or nothing."""
    done = gnupg.run("--sign", "--local-user", key, input=b"a message")
    if done.returncode != 0:
        return f"gpg --sign: {done.stderr.decode()}"
    secret = gnupg.ok("--trust-model", "always", "--encrypt", "--recipient", key, input=b"a secret")
    done = gnupg.run("--decrypt", input=secret)
    return "" if done.stdout == b"a secret" else f"gpg --decrypt: {done.stderr.decode()}"


@pytest.mark.seconds(400)
@pytest.mark.parametrize("signatures", [25, pytest.param(400, marks=pytest.mark.slow)])
def test_both_sign_side_by_side(latchkey, stack, gnupg, key, party, measured, signatures):
    product = latchkey(party, token=stack)
    assert product.run("token", "enroll").returncode == 0
    before = stack.card.calls
    problems, rounds, done = [], [], threading.Event()

    def use_it_beside():
        while not done.is_set():
            rounds.append(use_key(gnupg, key))

    with product as proxy:
        other = threading.Thread(target=use_it_beside)
        other.start()
        problems += filter(None, (fetch(proxy) for _ in range(signatures)))
        done.set()
        other.join()
        problems += filter(None, rounds)
        assert problems == []
        assert stack.card.calls == {"sign": before["sign"] + len(rounds), "decrypt": before["decrypt"] + len(rounds),
                                    "auth": before["auth"] + signatures}
    assert stack.card.tries == {"user": 3, "admin": 3}
    measured(f"gpg's signatures and decryptions beside {signatures} of Latchkey's", str(2 * len(rounds)))


def test_gpg_works_while_latchkey_is_armed_and_latchkey_after_gpg(latchkey, stack, gnupg, key, party):
    product = beside(latchkey, party, stack, gnupg)
    assert product.run("token", "enroll").returncode == 0
    with product as proxy:
        assert use_key(gnupg, key) == ""
        assert fetch(proxy) == ""
        gnupg.release()
        assert fetch(proxy) == ""
        assert use_key(gnupg, key) == ""
    assert use_key(gnupg, key) == ""


def test_gpg_asks_for_its_pin_again_after_latchkey_took_it_from_the_card(latchkey, stack, gnupg, key, party):
    product = beside(latchkey, party, stack, gnupg)
    assert use_key(gnupg, key) == ""
    assert product.run("token", "enroll").returncode == 0
    assert use_key(gnupg, key) == ""
    with product as proxy:
        assert use_key(gnupg, key) == ""
        for _ in range(2):
            assert proxy.run("lock").returncode == 0
            asked = len(gnupg.asked())
            assert use_key(gnupg, key) == ""
            assert len(gnupg.asked()) == asked + 2, "once to sign and once to decrypt"
            assert proxy.run("unlock").returncode == 0
            assert fetch(proxy) == "" and use_key(gnupg, key) == ""
        os.kill(proxy.status()["token"]["signer_pid"], signal.SIGKILL)
        proxy.until(lambda status: status["token"]["state"] == "broken", "has lost its signer")
        wait.until(lambda: "will ask for its PIN again" in proxy.log.rsplit("disarmed", 1)[1], "GnuPG has been told", 20)
        assert use_key(gnupg, key) == ""
    assert stack.card.tries == {"user": 3, "admin": 3}
