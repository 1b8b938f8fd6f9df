"""The udev rules, as the machine's own udev reads them beside its own."""
import os
import pathlib
import re
import shutil
import sys

import pytest

from conftest import ROOT, run

RULES = ROOT / "udev/70-latchkey.rules"
pytestmark = pytest.mark.skipif(not shutil.which("udevadm") or os.geteuid() != 0, reason="takes udev and root")

CCID, HID, STORAGE = "0b", "03", "08"
UNKNOWN = ("1fff", "0001")  # in no list of products


def look(action, classes, product=UNKNOWN):
    """What udev says of a device: (its tags, what it has users' managers start)."""
    here = pathlib.Path(__file__).parent
    said = run([sys.executable, ROOT / "tests/functional/support/private_mounts.py", sys.executable, here / "udev_machine.py",
                RULES, action, ",".join(classes), *product])
    assert "rules:" not in said, said  # udev complains of a rule by its place
    properties = dict(re.findall(r"^([A-Z_]+)=(.*)$", said, re.M))
    return properties.get("CURRENT_TAGS", "").split(":"), properties.get("SYSTEMD_USER_WANTS", "").split()


@pytest.mark.parametrize("action", ["add", "bind", "change"])
@pytest.mark.parametrize("classes", [[CCID], [HID, HID, CCID]], ids=["reader", "composite"])
def test_a_token_is_wanted_whatever_happens_to_it_while_it_is_in(action, classes):
    tags, wants = look(action, classes)
    assert "systemd" in tags and "latchkey-token@.service" in wants


def test_what_others_want_of_it_stays():
    assert "smartcard.target" in look("add", [CCID])[1]


@pytest.mark.parametrize("classes", [[HID], [STORAGE], ["ff"]], ids=["keyboard", "stick", "unknown"])
def test_other_devices_are_none_of_ours(classes):
    assert "latchkey-token@.service" not in look("add", classes)[1]


def test_a_reader_that_udev_knows_by_its_product_is_one(tmp_path):
    """Some have no interface of the class; GnuPG's rules know them."""
    known = pathlib.Path("/usr/lib/udev/rules.d/60-scdaemon.rules")
    if not known.exists():
        pytest.skip("scdaemon's rules are not installed")
    product = re.search(r'idVendor}=="(\w+)", ATTR{idProduct}=="(\w+)", ENV{ID_SMARTCARD_READER}="1"', known.read_text()).groups()
    assert "latchkey-token@.service" in look("add", ["ff"], product)[1]


def test_a_removal_wants_nothing():
    assert "latchkey-token@.service" not in look("remove", [CCID])[1]
