"""scdaemon has the card for itself alone: Latchkey says who it is and what mends that, and goes on by itself once it is free."""
import json
import re

import pytest

from support import clients, servers
from support.card_stack import CardStack
from support.card_usb import UsbCardStack

URL = "http://party.test/"
HOLDER = r"scdaemon \(GnuPG\), process \d+, has the card for itself alone"


pytestmark = pytest.mark.parametrize("stack", [CardStack, UsbCardStack], indirect=True)


@pytest.fixture
def running(latchkey, pki, stack):
    with servers.Nginx(pki.server()) as server:
        proxy = latchkey(server, token=stack)
        yield proxy
        proxy.stop()


def is_held(status):
    return status["token"]["state"] == "broken" and re.match(HOLDER, status["token"]["reason"])


def test_who_holds_the_card_is_said_and_its_end_arms(gnupg, running):
    gnupg.card_status()
    running.start(armed=False)
    running.until(is_held, "says who holds the card", 5)
    token = running.status()["token"]
    assert [holder["name"] for holder in token["held_by"]] == ["scdaemon"]
    for words in ("disable-ccid", "pcsc-shared", "gpgconf --kill scdaemon", "gpg-agent"):
        assert words in token["reason"]
    assert re.search(HOLDER, running.log)
    assert re.search(HOLDER, running.run("status").stdout)
    answer = clients.curl(URL, port=running.port)
    assert answer.status == 503 and re.search(HOLDER, answer.body) and "Another program holds your token" in answer.body
    assert re.search(HOLDER, running.run("unlock").stderr)
    gnupg.ok("--kill", "scdaemon", program="gpgconf")
    running.until(lambda status: status["armed"], "is armed")
    assert clients.curl(URL, port=running.port).status == 200


def test_a_card_that_is_taken_while_it_is_locked_is_told_at_unlock(gnupg, running):
    running.start()
    assert running.run("lock").returncode == 0
    gnupg.card_status()
    refused = running.run("unlock")
    assert refused.returncode == 1 and re.search(HOLDER, refused.stderr)
    gnupg.ok("--kill", "scdaemon", program="gpgconf")
    running.until(lambda status: status["armed"], "is armed")


def test_token_list_says_who_holds_the_card_and_what_mends_it(gnupg, running):
    assert running.run("token", "list").stdout.count("fingerprint") == 1
    gnupg.card_status()
    listed = running.run("token", "list")
    assert listed.returncode == 0 and re.search("cannot be opened: " + HOLDER, listed.stdout), listed.stdout
    for words in ("disable-ccid", "pcsc-shared", "gpgconf --kill scdaemon", "gpg-agent"):
        assert words in listed.stdout
    held, = json.loads(running.run("token", "list", "--json").stdout)["held"]
    assert [holder["name"] for holder in held["held_by"]] == ["scdaemon"] and re.match(HOLDER, held["reason"])
