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


FORKS = """
import ctypes, os, threading
libc, glib = ctypes.CDLL(None), ctypes.CDLL("libglib-2.0.so.0")
def open_for_ever():
    while True:
        libc.close(libc.open(b"/sys/bus/usb", 0))
for _ in range(2):
    threading.Thread(target=open_for_ever, daemon=True).start()
command = (ctypes.c_char_p * 2)(b"/bin/true", None)
for number in range(100):  # GLib forks, and its child opens /dev/null and /proc/self/fd before it is /bin/true
    assert glib.g_spawn_sync(None, command, None, 1 << 3 | 1 << 4, None, None, None, None, None, None)
os._exit(0)
"""


def test_the_child_of_a_process_with_threads_can_open_files():
    with UsbTestbed() as usb:
        subprocess.run(["/usr/bin/python3", "-c", FORKS], env=os.environ | usb.environment(), check=True, timeout=60)
