"""Asks the machine's own udevadm and rules, and ours beside them, about USB devices that are not there: in a mount namespace
of its own, where /sys is a folder of files. `udev_machine.py OUR_RULES ACTION CLASS[,CLASS...] VENDOR PRODUCT` prints what
udev would say of the device that has interfaces of these classes."""
import os
import pathlib
import shutil
import struct
import subprocess
import sys


def descriptors(classes, vendor, product):
    """A device's descriptors (USB 2.0, 9.6): one configuration, one interface with one endpoint for each class."""
    device = struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x200, 0, 0, 0, 64, vendor, product, 0x100, 1, 2, 0, 1)
    interfaces = b"".join(struct.pack("<BBBBBBBBB", 9, 4, number, 0, 1, kind, 0, 0, 0) +
                          struct.pack("<BBBBHB", 7, 5, 0x81 + number, 3, 8, 10) for number, kind in enumerate(classes))
    return device + struct.pack("<BBHBBBBB", 9, 2, 9 + len(interfaces), len(classes), 1, 0, 0x80, 50) + interfaces


def mount_empty(folder):
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], check=True)


def main(rules, action, classes, vendor, product):
    for folder in ("/sys", "/etc/udev/rules.d"):
        mount_empty(folder)
    os.makedirs("/run/udev", exist_ok=True)
    mount_empty("/run/udev")
    shutil.copy(rules, "/etc/udev/rules.d")
    place = pathlib.Path("/sys/devices/pci0000:00/usb1/1-1")
    place.mkdir(parents=True)
    pathlib.Path("/sys/bus/usb/devices").mkdir(parents=True)
    (place / "subsystem").symlink_to("../../../../bus/usb")
    (place / "descriptors").write_bytes(descriptors([int(each, 16) for each in classes.split(",")], int(vendor, 16), int(product, 16)))
    (place / "uevent").write_text("DEVTYPE=usb_device\nMAJOR=189\nMINOR=4\nDEVNAME=bus/usb/001/005\nBUSNUM=001\nDEVNUM=005\n")
    for name, value in {"idVendor": vendor, "idProduct": product, "busnum": "1", "devnum": "5", "serial": "1", "dev": "189:4"}.items():
        (place / name).write_text(value + "\n")
    environment = os.environ | {"SYSTEMD_DEVICE_VERIFY_SYSFS": "0", "SYSTEMD_LOG_LEVEL": "warning"}
    sys.exit(subprocess.run(["udevadm", "test", f"--action={action}", place], env=environment, check=False).returncode)


main(*sys.argv[1:])
