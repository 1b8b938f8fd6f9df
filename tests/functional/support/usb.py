#!/usr/bin/python3
"""USB tokens that are plugged in and pulled out where there is neither USB nor udevd: umockdev plays both.

The testbed is a process of its own, this file run under umockdev-wrapper; a program sees its devices when it is
started with `environment()`:

    with UsbTestbed() as usb:
        daemon = start("latchkey", "run", environment=os.environ | usb.environment())
        usb.plug()
        usb.pull()

It speaks a line at a time over a socket: "plug NAME KEY=VALUE...", "plug_reader NAME KEY=VALUE...", "set NAME KEY=VALUE...", "event NAME ACTION",
"pull NAME", "vanish NAME" (gone, and nobody is told), "garble" (an event that nobody can read). Each is answered "ok".
"""
import os
import pathlib
import socket
import subprocess
import sys

_FORKED_PATHS = pathlib.Path(__file__).resolve().parents[3] / "build/modules/forked_paths.so"  # built by `make modules`
PRELOAD = f"{_FORKED_PATHS}:libumockdev-preload.so.0"
# Interfaces of class 0b are smart card readers; ID_SMARTCARD_READER is what udev's rules say of them.
TOKEN = {"PRODUCT": "20a0/4211/200", "BUSNUM": "001", "ID_VENDOR": "Nitrokey", "ID_MODEL": "Nitrokey_Start",
         "ID_SERIAL_SHORT": "FSIJ-1.2.15", "ID_SMARTCARD_READER": "1", "ID_USB_INTERFACES": ":0b0000:"}


class UsbTestbed:
    """A bus with nothing on it, until something is plugged in. Ends with its `with` block."""

    def __init__(self):
        ours, theirs = socket.socketpair()
        ours.settimeout(30)
        with theirs:
            self._process = subprocess.Popen(
                ["umockdev-wrapper", "/usr/bin/python3", os.path.abspath(__file__), str(theirs.fileno())],
                pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        self._lines = ours.makefile("rw")
        ours.close()  # the file keeps the socket
        self._device_number = 1
        self.root = self._lines.readline().strip()
        if not self.root:
            raise RuntimeError(f"umockdev does not start (status {self._process.wait()})")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._lines.close()
        self._process.wait(timeout=30)

    def environment(self):
        """The variables with which a program, and what it starts, sees this bus in place of the machine's."""
        return {"UMOCKDEV_DIR": self.root, "LD_PRELOAD": PRELOAD, "LATCHKEY_CHANGEABLE": self.root}

    def plug(self, name="1-1", **properties):
        """Plugs a token in at that place, and returns when udev's event is sent. A property of None is left out."""
        self._device_number += 1
        all_properties = TOKEN | {"DEVNUM": f"{self._device_number:03}"} | properties
        self._do("plug", name, *(f"{key}={value}" for key, value in all_properties.items() if value is not None))

    def plug_reader(self, name="1-1", **properties):
        """The same with what a driver looks for as well: attributes, a device node, and an interface of class 0b."""
        self._device_number += 1
        all_properties = TOKEN | {"DEVNUM": f"{self._device_number:03}"} | properties
        self._do("plug_reader", name, *(f"{key}={value}" for key, value in all_properties.items()))

    def pull(self, name="1-1"):
        """Pulls it out, and returns when the event is sent."""
        self._do("pull", name)

    def event(self, name, action):
        """Sends an event of a device that is in, and stays so: "change", or an "add" that tells nothing new."""
        self._do("event", name, action)

    def _do(self, *words):
        self._lines.write(" ".join(words) + "\n")
        self._lines.flush()
        answer = self._lines.readline().strip()
        if answer != "ok":
            raise RuntimeError(f"the USB testbed says {answer!r} to {words}")


class _Server:
    """The testbed's own process."""

    BUS = "/devices/pci0000:00/0000:00:14.0/usb1"
    # Has the form of an event, so libudev does not just drop it, and says nothing that an event has to say.
    GARBLED = b"change@/devices/none\0" + b"NOTHING=" + 40 * b"x" + b"\0"

    def __init__(self):
        import gi
        gi.require_version("UMockdev", "1.0")
        from gi.repository import UMockdev
        self._testbed = UMockdev.Testbed.new()
        self.root = self._testbed.get_root_dir()

    def serve(self, connection):
        lines = connection.makefile("rw")
        print(self.root, file=lines, flush=True)
        for line in lines:
            command, *words = line.split()
            getattr(self, "do_" + command)(*words)
            print("ok", file=lines, flush=True)

    def _path(self, name):
        return f"/sys{self.BUS}/{name}"

    def do_plug(self, name, *properties):
        text = "".join(f"E: {each}\n" for each in ("SUBSYSTEM=usb", "DEVTYPE=usb_device", *properties))
        self._testbed.add_from_string(f"P: {self.BUS}/{name}\n{text}")  # which sends "add"

    def do_plug_reader(self, name, *properties):
        known = dict(each.split("=", 1) for each in properties)
        vendor, product, _ = known["PRODUCT"].split("/")
        attributes = {"idVendor": vendor.zfill(4), "idProduct": product.zfill(4), "busnum": int(known["BUSNUM"]),
                      "devnum": int(known["DEVNUM"]), "serial": known["ID_SERIAL_SHORT"]}
        node = f"bus/usb/{known['BUSNUM']}/{known['DEVNUM']}"
        described = "".join(f"E: {each}\n" for each in ("SUBSYSTEM=usb", "DEVTYPE=usb_device", f"DEVNAME=/dev/{node}", *properties))
        described += "".join(f"A: {key}={value}\n" for key, value in attributes.items())
        self._testbed.add_from_string(f"P: {self.BUS}/{name}\nN: {node}\n{described}")
        self._testbed.add_from_string(f"P: {self.BUS}/{name}/{name}:1.0\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_interface\n"
                                      f"A: bInterfaceNumber=00\nA: bInterfaceClass=0b\n")

    def do_set(self, name, *properties):
        for each in properties:
            self._testbed.set_property(self._path(name), *each.split("=", 1))

    def do_event(self, name, action):
        self._testbed.uevent(self._path(name), action)

    def do_pull(self, name):
        if os.path.exists(f"{self.root}{self._path(name)}/{name}:1.0"):
            self.do_pull(f"{name}/{name}:1.0")
        self._testbed.uevent(self._path(name), "remove")
        self._testbed.remove_device(self._path(name))

    def do_vanish(self, name):
        self._testbed.remove_device(self._path(name))

    def do_garble(self):
        for name in os.listdir(self.root):
            if name.startswith("event"):
                with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                    sender.sendto(self.GARBLED, os.path.join(self.root, name))


if __name__ == "__main__":
    _Server().serve(socket.socket(fileno=int(sys.argv[1])))
