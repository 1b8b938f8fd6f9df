"""The card leaves and its reader stays, or pcscd goes: that disarms as a pulled token does, and says so; what comes back works."""
import os
import signal
import time

import pytest

from support import clients, servers, streams
from support import latchkey as product
from support.card_usb import UsbCardStack

URL = "http://party.test/index.html"


pytestmark = pytest.mark.parametrize("stack", [UsbCardStack], indirect=True)


@pytest.fixture
def armed(latchkey, pki, stack):
    with servers.ByteServer(pki.server()) as server, latchkey(server, token=stack) as proxy:
        stream = streams.connect(proxy.port, "party.test", server.port)
        stream.sendall(b"echo\n" + b"a")
        assert stream.recv(1) == b"a"
        stream.settimeout(20)
        proxy.party = server
        yield proxy, stream
        stream.close()


def works(proxy):
    with streams.connect(proxy.port, "party.test", proxy.party.port) as stream:
        stream.sendall(b"echo\n" + b"b")
        return stream.recv(1) == b"b"


def test_a_card_that_is_pulled_disarms_and_one_that_comes_back_arms(stack, armed):
    proxy, stream = armed
    for _ in range(3):
        stack.pull()
        assert streams.ended(stream)
        proxy.until(lambda status: status["token"]["state"] == "absent", "has no token")
        assert "the card was pulled out of its reader" in proxy.log
        answer = clients.curl(URL, port=proxy.port)
        assert answer.status == 503 and "there is no card in the reader" in answer.body
        stack.plug()
        proxy.until(lambda status: status["armed"], "is armed again")
        assert works(proxy)
        stream = streams.connect(proxy.port, "party.test", proxy.party.port)
        stream.settimeout(20)


def test_the_end_of_pcscd_disarms_and_its_return_arms(stack, armed):
    proxy, stream = armed
    stack.kill_pcscd()
    assert streams.ended(stream)
    proxy.until(lambda status: status["token"]["state"] == "absent", "has no token")
    assert "pcscd" in proxy.status()["token"]["reason"]
    answer = clients.curl(URL, port=proxy.port)
    assert answer.status == 503 and "pcscd" in answer.body
    stack.start_pcscd()
    proxy.until(lambda status: status["armed"], "is armed again")
    assert works(proxy)


def test_arming_waits_for_pcscd(latchkey, pki, stack):
    stack.kill_pcscd()
    with servers.Nginx(pki.server()) as server:
        proxy = latchkey(server, token=stack).start(armed=False)
        try:
            proxy.until(lambda status: "pcscd" in status["token"]["reason"], "says what it waits for")
            stack.start_pcscd()
            proxy.until(lambda status: status["armed"], "is armed")
            assert clients.curl("http://party.test/", port=proxy.port).status == 200
        finally:
            proxy.stop()


def test_a_dead_signer_is_replaced_by_unlock(stack, armed):
    proxy, stream = armed
    os.kill(proxy.status()["token"]["signer_pid"], signal.SIGKILL)
    assert streams.ended(stream)
    proxy.until(lambda status: status["token"]["state"] == "broken", "says that the signer is gone")
    assert proxy.run("unlock").returncode == 0
    assert works(proxy)


def test_a_pcscd_that_hangs_keeps_nobody_from_ending(stack, armed):
    proxy, _ = armed
    os.kill(stack.pcscd_pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        proxy.stop()
        assert time.monotonic() - began < 4 * product.SLOWNESS
    finally:
        os.kill(stack.pcscd_pid, signal.SIGCONT)
