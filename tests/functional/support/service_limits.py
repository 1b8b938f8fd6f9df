"""Stands before a program and takes from it what a systemd unit takes from its service: calls and families of sockets.

    service_limits.py UNIT PROGRAM [ARGUMENT...]

Only what the tests' machine can do without systemd: SystemCallFilter=~@GROUP..., RestrictAddressFamilies= and
RestrictNamespaces=yes, by libseccomp as systemd does it, and NoNewPrivileges. What is forbidden fails with EPERM.
"""
import ctypes
import errno
import os
import pathlib
import re
import socket
import subprocess
import sys

_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EPERM
_EQUAL, _MASKED_EQUAL = 4, 7
_NEW_NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)


class _Comparison(ctypes.Structure):
    _fields_ = [("argument", ctypes.c_uint), ("operator", ctypes.c_int), ("first", ctypes.c_uint64), ("second", ctypes.c_uint64)]


def settings(unit):
    """{name: value} of the lines of a unit; of those that stand several times the last."""
    return dict(re.findall(r"^(\w+)=(.*)$", pathlib.Path(unit).read_text(), re.M))


def calls_of(group):
    """The names of the calls in systemd's group, "@mount"."""
    said = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", group], capture_output=True, text=True, check=True).stdout
    words = [line.strip() for line in said.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return [call for word in words for call in (calls_of(word) if word.startswith("@") else [word])]


class _Filter:
    def __init__(self):
        self._library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
        self._library.seccomp_init.restype = ctypes.c_void_p
        self._context = ctypes.c_void_p(self._library.seccomp_init(_ALLOW))

    def refuse(self, call, *comparisons):
        number = self._library.seccomp_syscall_resolve_name(call.encode())
        if number < 0:
            return
        array = (_Comparison * max(len(comparisons), 1))(*comparisons)
        assert self._library.seccomp_rule_add_array(self._context, _REFUSE, number, len(comparisons), array) == 0, call

    def load(self):
        assert self._library.seccomp_load(self._context) == 0


def apply(unit):
    wanted = settings(unit)
    refused = wanted["SystemCallFilter"].removeprefix("~")
    assert wanted["SystemCallFilter"].startswith("~") and wanted["NoNewPrivileges"] == wanted["RestrictNamespaces"] == "yes"
    filter = _Filter()  # which sets no_new_privs
    for call in {call for group in refused.split() for call in calls_of(group)}:
        filter.refuse(call)
    families = {int(getattr(socket, name)) for name in wanted["RestrictAddressFamilies"].split()}
    for family in set(range(1, 46)) - families:
        filter.refuse("socket", _Comparison(0, _EQUAL, family, 0))
    for flag in _NEW_NAMESPACES:
        for call in ("clone", "unshare"):
            filter.refuse(call, _Comparison(0, _MASKED_EQUAL, flag, flag))
    filter.refuse("setns")
    filter.load()


if __name__ == "__main__":
    apply(sys.argv[1])
    os.execv(sys.argv[2], sys.argv[2:])
