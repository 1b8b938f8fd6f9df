"""A network of the test's own, in which a public address is this machine's: nothing that happens there leaves it."""
import contextlib
import ctypes
import os
import subprocess

import pytest

PUBLIC = "93.184.216.34"
_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def public_network():
    """Inside the block the calling thread, and what it starts, is there. Takes root: else the test is skipped."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        if _libc.unshare(_NEW_NETWORK) != 0:
            pytest.skip("network namespaces take root")
        try:
            for command in ("link set lo up", f"address add {PUBLIC}/32 dev lo"):
                subprocess.run(["ip", *command.split()], check=True)
            yield
        finally:
            assert _libc.setns(before, 0) == 0
    finally:
        os.close(before)
