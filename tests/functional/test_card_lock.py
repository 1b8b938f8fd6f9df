"""When Latchkey locks or ends, the card forgets that anybody was verified: another program on the machine cannot sign with it."""
import os
import signal
import time

import pytest

from support import clients, servers, wait
from support import latchkey as product
from support.card import USING

URL = "http://party.test/"


@pytest.fixture
def armed(latchkey, pki, stack):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=stack) as proxy:
        assert clients.curl(URL, port=proxy.port).status == 200
        assert USING in stack.card.verified
        yield proxy


def test_lock_takes_the_pin_from_the_card(stack, armed):
    assert armed.run("lock").returncode == 0
    assert USING not in stack.card.verified
    assert clients.curl(URL, port=armed.port).status == 503
    assert armed.run("unlock").returncode == 0
    assert clients.curl(URL, port=armed.port).status == 200


def test_a_signer_that_is_killed_leaves_no_open_card(stack, armed):
    os.kill(armed.status()["token"]["signer_pid"], signal.SIGKILL)
    wait.until(lambda: USING not in stack.card.verified, "the card has forgotten the PIN", 20)


def test_lock_does_not_wait_for_a_slow_signature(latchkey, pki, stack):
    stack.card.delay(20)
    with servers.Nginx(pki.server()) as server, latchkey(server, token=stack) as proxy:
        with clients.started(clients.curl_command(URL, port=proxy.port)):
            proxy.until(lambda status: status["connections"], "has a connection")
            wait.until(lambda: stack.card.busy, "the card is asked to sign", 20)
            begin = time.monotonic()
            assert proxy.run("lock").returncode == 0
            assert time.monotonic() - begin < 2 * product.SLOWNESS
            assert not proxy.status()["armed"]
