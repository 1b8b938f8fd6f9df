"""The USB testbed itself: a program that was started with its environment sees what is plugged in."""
import os
import subprocess

from support.usb import UsbTestbed

SEEN = "import os; print(sorted(os.listdir('/sys/bus/usb/devices')))"


def seen(usb):
    return subprocess.run(["/usr/bin/python3", "-c", SEEN], env=os.environ | usb.environment(), check=True,
                          capture_output=True, text=True).stdout.strip()


def test_a_program_sees_what_is_in_and_not_what_is_out():
    with UsbTestbed() as usb:
        usb.plug("1-1")
        usb.plug("1-2")
        assert seen(usb) == "['1-1', '1-2']"
        usb.pull("1-1")
        assert seen(usb) == "['1-2']"
    assert not os.path.exists(usb.root)
