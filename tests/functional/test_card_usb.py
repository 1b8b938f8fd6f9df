"""Readers that are USB devices: pcscd and Latchkey both learn through libudev that one was plugged in or pulled out."""
import ctypes
import os
import signal
import subprocess
import sys

import pytest

from support import clients, servers, wait
from support.card_usb import UsbCardStack

URL = "http://party.test/"


@pytest.fixture
def stack(home):
    with UsbCardStack(home / "stack", cards=2) as made:
        yield made


def channel_ids(stack):
    """{reader: SCARD_ATTR_CHANNEL_ID}: asked by another process, because the library reads its environment once."""
    done = subprocess.run(["/usr/bin/python3", __file__], env=os.environ | stack.client_environment, capture_output=True, text=True,
                          timeout=30, check=True)
    return dict(line.rsplit("=", 1) for line in done.stdout.splitlines())


def print_channel_ids():
    pcsc = ctypes.CDLL("libpcsclite.so.1")
    scope, context, card, number = 2, ctypes.c_long(), ctypes.c_long(), ctypes.c_ulong()
    assert pcsc.SCardEstablishContext(scope, None, None, ctypes.byref(context)) == 0
    names = ctypes.create_string_buffer(4096)
    length = ctypes.c_ulong(len(names))
    assert pcsc.SCardListReaders(context, None, names, ctypes.byref(length)) == 0
    for name in filter(None, names.raw[:length.value].split(b"\0")):
        direct, no_protocol = 3, 0
        assert pcsc.SCardConnect(context, name, direct, no_protocol, ctypes.byref(card), ctypes.byref(number)) == 0
        value = ctypes.c_uint32()
        length = ctypes.c_ulong(4)
        assert pcsc.SCardGetAttrib(card, 0x00020110, ctypes.byref(value), ctypes.byref(length)) == 0
        print(f"{name.decode()}={value.value:08x}")


def test_readers_come_and_go_with_their_usb_devices(stack):
    assert stack.readers() == {}
    stack.plug_reader(0)
    assert list(stack.readers().values()) == [False]
    stack.plug(0)
    stack.plug(1)
    assert list(stack.readers().values()) == [True, True]
    stack.pull_reader(0)
    wait.until(lambda: list(stack.readers().values()) == [True], "one reader is left")
    stack.pull(1)
    wait.until(lambda: list(stack.readers().values()) == [False], "it is empty")
    stack.plug_reader(0)
    assert sorted(stack.readers().values()) == [False, True]


def test_readers_and_cards_that_are_in_outlive_pcscd(stack):
    stack.plug(0)
    stack.plug_reader(1)
    stack.kill_pcscd()
    stack.start_pcscd()
    stack.wait_for_card()
    assert sorted(stack.readers().values()) == [False, True]


def test_a_reader_says_where_on_the_usb_it_is(stack):
    for number in (0, 1):
        stack.plug_reader(number)
    stack.pull_reader(0)
    stack.plug_reader(0)
    found = {name.split("(")[1].split(")")[0]: channel for name, channel in channel_ids(stack).items()}
    assert found == {f"READER-{number}": f"002001{stack.device_number(number):02x}" for number in (0, 1)}


def test_a_card_in_a_usb_reader_arms_latchkey_and_its_removal_disarms_it(latchkey, pki, stack):
    stack.card.put("auth", pki.client("p256"), with_certificate=True)
    with servers.Nginx(pki.server()) as server:
        proxy = latchkey(server, token=stack).start(armed=False)
        try:
            for round_ in range(3):
                stack.plug()
                proxy.until(lambda status: status["armed"], "is armed")
                assert clients.curl(URL, port=proxy.port).status == 200
                assert stack.card.calls["auth"] == round_ + 1
                stack.pull_reader()
                proxy.until(lambda status: status["token"]["state"] == "absent", "has no token")
                assert clients.curl(URL, port=proxy.port).status == 503
            assert server.certificates(3) == [pki.client("p256").sha256] * 3
        finally:
            proxy.stop()


def test_a_reader_that_comes_back_at_another_place_before_anybody_looks_is_seen(latchkey, pki, stack):
    stack.cards[0].put("auth", pki.client("p256"), with_certificate=True)
    stack.plug(0)
    with servers.Nginx(pki.server()) as server, latchkey(server, token=stack) as proxy:
        os.kill(proxy.process.pid, signal.SIGSTOP)
        try:
            stack.pull_reader(0)
            stack.plug_reader(0)
        finally:
            os.kill(proxy.process.pid, signal.SIGCONT)
        proxy.until(lambda status: "pulled out" in proxy.log, "has noticed the pull")
        proxy.until(lambda status: status["armed"], "is armed again", 30)
        assert clients.curl(URL, port=proxy.port).status == 200


if __name__ == "__main__":
    sys.exit(print_channel_ids())
