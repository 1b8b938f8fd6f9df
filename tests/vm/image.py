"""What the guest boots from: a kernel, a small initrd, and a disk with Debian and the packages that it is asked for.

    image = build(["pcscd", "curl"])    # image.kernel, image.initrd, image.disk

Everything comes from Debian packages of this machine's release, from where this machine has its own (apt). The result
stays in build/vm, under a name that changes with the packages asked for, with guest/ and with this file; older ones are
removed. Takes no root, no loop mount and no kernel module, but user namespaces if there is no root.
"""
import dataclasses
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUEST = pathlib.Path(__file__).with_name("guest")
CACHE = ROOT / "build/vm"
_PACKAGES = ["dbus", "dbus-user-session", "iproute2", "kbd", "kmod", "libpam-systemd", "libpython3-stdlib", "polkitd", "procps",
             "python3-minimal", "systemd", "systemd-sysv", "udev"]
# The kernel's modules that the guest needs: those of its disk at once, the others as files of the disk's.
_BOOT_MODULES = ["virtio_pci", "virtio_blk", "ext4", "crc32c_generic"]
_MODULES = ["virtio_rng", "virtio_console", "xhci_pci", "autofs4", "inet_diag", "tcp_diag", "unix_diag"]
_DISK_BYTES = 4 << 30


@dataclasses.dataclass(frozen=True)
class Image:
    folder: pathlib.Path

    @property
    def kernel(self):
        return self.folder / "vmlinuz"

    @property
    def initrd(self):
        return self.folder / "initrd"

    @property
    def disk(self):
        """A raw ext4 file system, never written to."""
        return self.folder / "disk"


def build(packages):
    """Builds the image, unless it is there already."""
    wanted = sorted({*_PACKAGES, *packages})
    name = hashlib.sha256(b"\0".join([" ".join(wanted).encode(), pathlib.Path(__file__).read_bytes(),
                                      *(path.read_bytes() for path in sorted(GUEST.iterdir()))])).hexdigest()[:16]
    image = Image(CACHE / name)
    if not image.disk.exists():
        shutil.rmtree(CACHE, ignore_errors=True)
        image.folder.mkdir(parents=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            _build(image, wanted, pathlib.Path(scratch))
    return image


def _build(image, packages, scratch):
    modules = _unpack_kernel(image, scratch)
    _make_initrd(image, scratch, modules)
    root = scratch / "root.tar"
    _bootstrap(root, packages)
    # mke2fs takes a folder, in which everything belongs to its owner: without root that takes fakeroot.
    as_root = [] if os.geteuid() == 0 else ["fakeroot"]
    fill = ('mkdir "$0/root" && tar -C "$0/root" -xf "$0/root.tar" --exclude=./dev/* && cp -a "$0/modules/." "$0/root/" && '
            f'truncate -s {_DISK_BYTES} "$0/disk" && mke2fs -q -t ext4 -F -E lazy_itable_init=1,lazy_journal_init=1 -d "$0/root" "$0/disk"')
    _run(*as_root, "sh", "-c", fill, scratch)
    (scratch / "disk").rename(image.disk)


def _unpack_kernel(image, scratch):
    """The kernel of Debian's full flavour, because that for clouds has no USB. Returns a function of modules' files."""
    package = re.search(r"Depends: (linux-image-\S+)", _run("apt-cache", "depends", "linux-image-amd64"))[1]
    version = package.removeprefix("linux-image-")
    _run("apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", package, "busybox-static", cwd=scratch)
    for found in scratch.glob("*.deb"):
        _run("dpkg-deb", "-x", found, scratch / "unpacked")
    unpacked = scratch / "unpacked"
    shutil.copy(unpacked / f"boot/vmlinuz-{version}", image.kernel)
    _run("depmod", "-b", unpacked, version)

    def files(names):
        shown = _run("modprobe", "-d", unpacked, "-S", version, "--show-depends", "--ignore-install", "-a", *names)
        return list(dict.fromkeys(pathlib.Path(words[1]) for words in map(str.split, shown.splitlines()) if words[0] == "insmod"))

    for file in files(_BOOT_MODULES + _MODULES):
        _copy(file, scratch / "modules" / file.relative_to(unpacked))
    for text in (unpacked / f"lib/modules/{version}").glob("modules.builtin*"):
        _copy(text, scratch / "modules" / text.relative_to(unpacked))
    _run("depmod", "-b", scratch / "modules", version)
    (scratch / "modules/usr").mkdir()
    (scratch / "modules/lib").rename(scratch / "modules/usr/lib")
    return files(_BOOT_MODULES)


def _make_initrd(image, scratch, modules):
    initrd = scratch / "initrd"
    for folder in ("proc", "sys", "dev", "disk"):
        (initrd / folder).mkdir(parents=True)
    _copy(scratch / "unpacked/bin/busybox", initrd / "bin/busybox")
    shutil.copy(GUEST / "init", initrd / "init").chmod(0o755)
    for module in modules:
        shutil.copy(module, initrd / module.name)
    (initrd / "modules").write_text("".join(f"/{module.name}\n" for module in modules))
    _run("sh", "-c", 'find . | cpio --quiet -R 0:0 -H newc -o | gzip -1 >"$0"', image.initrd, cwd=initrd)


def _bootstrap(tar, packages):
    release = dict(line.split("=", 1) for line in pathlib.Path("/etc/os-release").read_text().splitlines() if "=" in line)["VERSION_CODENAME"]
    sources = _run("apt-get", "indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages", "Origin: Debian")
    ours = sorted({line for line in sources.splitlines() if line.split()[2].startswith(release)})
    assert ours, f"apt has no Debian source of {release}'s on this machine"
    left_out = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("man", "locale", "doc", "info")]
    _run("mmdebstrap", "--quiet", "--variant=apt", f"--include={','.join(packages)}", '--aptopt=APT::Install-Recommends "false"', *left_out,
         "--dpkgopt=force-unsafe-io",
         f"--customize-hook=copy-in {GUEST} /tmp", '--customize-hook=sh "$1/tmp/guest/prepare" "$1"', release, tar, "-", stdin="\n".join(ours))


def _copy(file, to):
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, to)


def _run(*command, cwd=None, stdin=""):
    done = subprocess.run([str(word) for word in command], cwd=cwd, input=stdin, capture_output=True, text=True,
                          env=os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"
    return done.stdout
