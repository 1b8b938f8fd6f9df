"""What the user's systemd unit takes away is missed by nobody: not by Latchkey, the pinentry, GnuPG or a hook."""
import dataclasses
import shutil
import stat
import subprocess
import sys

import pytest

from support import clients, servers, service_limits
from support import latchkey as product
from support.card_gnupg import ThroughAgent
from support.card_usb import UsbCardStack
from support.gates import Backend, Gate

URL = "http://party.test/index.html"
USER = "Alice <alice@party.test>"
ALGORITHMS = {"sign": "nistp256", "encr": "nistp256", "auth": "nistp256/ecdsa"}
UNIT = product.ROOT / "packaging/units/user/latchkey.service"

pytestmark = [pytest.mark.skipif(bool(product.VARIANT), reason="a sanitizer's runtime makes calls of its own"),
              pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd to tell what its groups are")]


@pytest.fixture
def limited(home):
    """A program that is the product's binary with the unit's bounds around it, and all that it starts."""
    path = home / "limited"
    path.write_text(f"#!/bin/sh\nexec {sys.executable} {service_limits.__file__} {UNIT} {product.BINARY} \"$@\"\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def stack(home):
    """A card without keys that is in."""
    with UsbCardStack(home / "stack") as made:
        made.plug()
        yield made


def test_the_bounds_are_there():
    program = ("import ctypes, socket; libc = ctypes.CDLL(None, use_errno=True); print(libc.unshare(0x10000000), ctypes.get_errno())\n"
               "try: socket.socket(socket.AF_PACKET)\nexcept PermissionError: print('no packets')\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW)")
    done = subprocess.run([sys.executable, service_limits.__file__, UNIT, sys.executable, "-c", program],
                          capture_output=True, text=True, check=True)
    assert done.stdout == "-1 1\nno packets\n"


def test_latchkey_its_signer_and_the_pinentry_miss_nothing(latchkey, token, pki, pinentry, limited):
    with servers.Nginx(pki.server()) as server:
        made = latchkey(server, token=dataclasses.replace(token(), pin_from="ask"))
        made.binary = limited
        with made as proxy:
            assert clients.curl(URL, port=proxy.port).status == 200
            assert "shut off" not in proxy.log and "no fence" not in proxy.log


def test_a_gpg_agent_and_a_scdaemon_that_it_starts_miss_nothing(latchkey, pki, gnupg, stack, limited):
    gnupg.key_to_card(gnupg.make_key(USER, ALGORITHMS))
    with servers.Nginx(pki.server()) as server:
        made = latchkey(server, token=ThroughAgent(stack, gnupg))
        made.binary = limited
        gnupg.ok("--kill", "all", program="gpgconf")
        assert made.run("token", "enroll", seconds=60).returncode == 0
        with made as proxy:
            assert clients.curl(URL, port=proxy.port).status == 200


def test_a_hook_misses_nothing(home, pki, limited):
    hook = home / "hook"
    hook.write_text(f"#!/bin/sh\ngrep -q alice && nice true && {sys.executable} -c 'import socket; socket.socket()'\n")
    hook.chmod(0o755)
    with Backend() as backend:
        made = Gate(home, pki, backend, authorize=f"exec:{hook}")
        made.command[0] = str(limited)
        with made as gate:
            assert gate.ask("/header/Host", pki.person("alice@example.org")).status == 200
