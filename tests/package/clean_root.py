"""A Debian in a folder, to install and build in."""
import hashlib
import os
import pathlib
import re
import shutil

from conftest import run

_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


class Root:
    """Has these packages, what they need, and nothing else."""

    def __init__(self, folder, packages, suite="bookworm"):
        self.path = pathlib.Path(folder) / "root"
        run(["mmdebstrap", "--variant=minbase", f"--include={','.join(packages)}", suite, self.path], timeout=1800)

    def add_user(self, name, number):
        with open(self.path / "etc/passwd", "a") as users:
            users.write(f"{name}:x:{number}:{number}::/home/{name}:/bin/sh\n")
        (self.path / "home" / name).mkdir(parents=True)

    def run(self, *command, timeout=600):
        return run(["chroot", self.path, *command], env=_ENVIRONMENT, timeout=timeout)

    def apt(self, *words):
        """apt-get, with the network of this machine."""
        shutil.copy("/etc/resolv.conf", self.path / "etc/resolv.conf")
        self.run("apt-get", "-qq", "update")
        return self.run("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y", *words, timeout=1200)

    def autopkgtest(self, package, tree):
        """What Debian's runner of packages' own tests says: of `package`, which is installed here, by the tests in `tree`."""
        self.apt("install", "apt-utils")
        # A chroot alone has no /proc and no /dev; here they last as long as the command.
        mounts = 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && shift && exec "$@"'
        return run(["unshare", "-m", "--propagation", "private", "sh", "-c", mounts, self.path, "-",
                    "autopkgtest", package, f"{tree}/", "--", "chroot", self.path], env=_ENVIRONMENT, timeout=900)

    def dpkg(self, *arguments):
        # What is older than the package is not changed by it; the log and dpkg's own lists are.
        return self.run("dpkg", "--force-confnew", *arguments)

    def install(self, package):
        shutil.copy(package, self.path / "tmp/latchkey.deb")
        try:
            return self.dpkg("-i", "/tmp/latchkey.deb")
        finally:
            (self.path / "tmp/latchkey.deb").unlink()

    def files(self):
        """{path: what it is}, dpkg's own notes and caches apart."""
        found = {}
        for path in self.path.rglob("*"):
            name = "/" + str(path.relative_to(self.path))
            if re.match(r"/(proc|sys|dev|run)/|/var/(lib/dpkg|cache|log)/", name):
                continue
            if path.is_symlink():
                found[name] = "-> " + os.readlink(path)
            elif path.is_file():
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
            else:
                found[name] = "folder"
        return found

    def remove(self):
        run(["rm", "-rf", "--one-file-system", self.path])


def first_names(field):
    """The packages of a Depends or Build-Depends, each by its first name."""
    return [re.split(r"[ |(]", entry.strip())[0] for entry in field.split(",") if entry.strip()]
