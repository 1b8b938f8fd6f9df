"""Runs a program in a mount namespace of its own, of whose mounts nobody else sees anything: private_mounts.py COMMAND...

What `unshare --mount --propagation private` does, and in a chroot, too: there the root directory mostly is no mount point, and
only a mount point can be made private. So the namespace's own root is, from which the root directory is then changed back.
"""
import ctypes
import os
import sys

NEW_NAMESPACE = 0x20000  # CLONE_NEWNS
RECURSIVE, PRIVATE = 0x4000, 0x40000  # MS_REC, MS_PRIVATE


def main(command):
    libc = ctypes.CDLL(None, use_errno=True)

    def call(name, *arguments):
        if getattr(libc, name)(*arguments) != 0:
            sys.exit(f"{name}: {os.strerror(ctypes.get_errno())}")

    call("unshare", NEW_NAMESPACE)
    root, here = os.open("/", os.O_PATH), os.getcwd()  # of the new namespace
    call("setns", os.open("/proc/self/ns/mnt", os.O_RDONLY), NEW_NAMESPACE)  # which makes the namespace's root ours
    call("mount", None, b"/", None, ctypes.c_ulong(RECURSIVE | PRIVATE), None)
    os.fchdir(root)
    os.chroot(".")
    os.chdir(here)
    os.execvp(command[0], command)


main(sys.argv[1:])
