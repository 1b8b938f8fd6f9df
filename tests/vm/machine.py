"""The guest: a machine with systemd, udev and USB that QEMU runs, with or without KVM.

    with Machine(image) as machine:
        machine.save("ready")                 # all of it, memory and disk
        machine.run("systemctl --failed")
        machine.run("id", user="alice")
        machine.load("ready")                 # as it was then

It is started as it was after its first boot, which takes seconds and is done once for an image. What it is asked to run
goes through a virtio port to guest/agent.py. It has no network beside its own loopback.
"""
import base64
import contextlib
import itertools
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from qmp import Qmp
from support import wait
from support.children import die_with_parent

USERS = {"alice": 1000, "bob": 1001}
# To look takes the guest's time, which what is waited for needs.
BETWEEN_LOOKS_SECONDS = 0.2
_MEMORY_MIB = 1024
_BOOT_SECONDS = 400
_KERNEL_OPTIONS = "console=ttyS0 quiet mitigations=off random.trust_cpu=on audit=0 nowatchdog tsc=reliable no_timer_check"


def has_kvm():
    """Whether guests run on the processor itself. The device may be there and not be worth anything."""
    flags = pathlib.Path("/proc/cpuinfo").read_text().split("flags", 1)[-1].split("\n", 1)[0].split()
    return os.access("/dev/kvm", os.R_OK | os.W_OK) and ("vmx" in flags or "svm" in flags)


class Machine:
    def __init__(self, image):
        self._image = image
        # A state that was saved under one processor cannot be loaded under the other.
        self._processor = ["-accel", "kvm", "-cpu", "host"] if has_kvm() else ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max,la57=off"]
        self.booted = image.folder / f"booted-{'kvm' if has_kvm() else 'tcg'}"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="latchkey-vm-"))
        self.usb_ports = [self.folder / "usb-0", self.folder / "usb-1"]
        self._numbers = itertools.count()
        self._process = self._qmp = self._shell = None
        self._held_up_seconds_before = 0.0
        self.loaded_at = 0.0

    # --- life ---

    def __enter__(self):
        try:
            if not self.booted.exists():
                self._boot_once()
            shutil.copy(self.booted, self.folder / "disk")
            self._start("-loadvm", "booted")
            self.set_clock()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def _boot_once(self):
        self._make_disk()
        self._start()
        self.run("systemctl is-system-running --wait; sync; echo 3 >/proc/sys/vm/drop_caches", seconds=_BOOT_SECONDS, check=False)
        self.save("booted")
        self._end()
        half_done = self.booted.with_suffix(".new")
        shutil.move(self.folder / "disk", half_done)
        half_done.rename(self.booted)

    def _make_disk(self):
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", self._image.disk, self.folder / "disk"], check=True)

    def _start(self, *options):
        self._process = subprocess.Popen(["nice", "-n", "10", *self._command(), *options], stdin=subprocess.DEVNULL,
                                         stdout=open(self.folder / "qemu.log", "ab"), stderr=subprocess.STDOUT, preexec_fn=die_with_parent)
        for name in ("qmp", "shell"):
            wait.until(lambda: self._process.poll() is not None or (self.folder / name).exists(), f"QEMU has its {name}", 60)
        assert self._process.poll() is None, f"QEMU ended:\n{(self.folder / 'qemu.log').read_text()}"
        self._qmp = Qmp(self.folder / "qmp")
        self._shell = socket.socket(socket.AF_UNIX)
        self._shell.connect(str(self.folder / "shell"))
        self._pending = b""

    def _command(self):
        def chardev(name):
            return ["-chardev", f"socket,id={name},path={self.folder}/{name},server=on,wait=off"]
        usb = [word for path in self.usb_ports for word in
               (*chardev(path.name), "-device", f"usb-redir,chardev={path.name},id={path.name}-device,bus=usb.0")]
        return ["qemu-system-x86_64", "-name", "latchkey", "-nodefaults", "-no-user-config", "-display", "none", "-M", "pc,usb=off", *self._processor,
                "-smp", "2", "-m", str(_MEMORY_MIB), "-kernel", str(self._image.kernel), "-initrd", str(self._image.initrd),
                "-append", _KERNEL_OPTIONS,
                "-drive", f"file={self.folder}/disk,if=none,id=disk,format=qcow2,cache=unsafe,discard=unmap", "-device", "virtio-blk-pci,drive=disk",
                "-device", "virtio-rng-pci", "-device", "virtio-serial-pci", *chardev("shell"), "-device", "virtserialport,chardev=shell,name=shell",
                "-chardev", f"file,id=console,path={self.folder}/console.log", "-serial", "chardev:console",
                "-device", "qemu-xhci,id=usb,p2=8,p3=8", *usb, "-qmp", f"unix:{self.folder}/qmp,server=on,wait=off"]

    def _end(self):
        """As when its plug is pulled."""
        if self._process is None:
            return
        for each in (self._qmp, self._shell):
            if each:
                each.close()
        self._held_up_seconds_before += self._held_up_seconds()
        self._process.kill()
        self._process.wait()
        self._process = self._qmp = self._shell = None
        for name in ("qmp", "shell", *(path.name for path in self.usb_ports)):
            (self.folder / name).unlink(missing_ok=True)

    def clock(self):
        """Seconds that stand still while the guest waits for a processor: what else is computed here does not count."""
        return time.monotonic() - self._held_up_seconds_before - self._held_up_seconds()

    def _held_up_seconds(self):
        """How long the thread that waited longest has waited (Linux's Documentation/scheduler/sched-stats.rst)."""
        if self._process is None:
            return 0.0
        longest = 0
        for thread in pathlib.Path(f"/proc/{self._process.pid}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError):  # it has ended
                longest = max(longest, int(thread.read_text().split()[1]))
        return longest / 1e9

    def stop(self):
        self._end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def save(self, name):
        """Remembers the machine as it is. Nothing may be plugged in."""
        self._qmp.ask("stop")
        self._qmp.monitor(f"savevm {name}")
        self._qmp.ask("cont")

    def load(self, name):
        """The machine is as it was when it was saved, but for its clock.

        In a new QEMU: one that emulates sometimes loses the timers of its processors when it loads over a running guest.
        """
        self._end()
        self._start("-loadvm", name)
        self.loaded_at = time.time()
        self.set_clock()

    def reboot(self):
        """From the beginning, as a machine boots; what is plugged in stays so."""
        before = self._boot_id(60)
        self.run("systemctl reboot --no-block")
        # What is asked while it goes down is lost with it.
        wait.until(lambda: self._boot_id(5) not in (None, before), "the machine boots again", _BOOT_SECONDS)
        self.set_clock()

    def _boot_id(self, seconds):
        try:
            return self._ask(seconds, command="cat /proc/sys/kernel/random/boot_id", user="root", input="", seconds=seconds)["output"]
        except TimeoutError:
            return None

    def set_clock(self):
        self.run(f"date --set=@{time.time():.3f}")

    # --- what is done in it ---

    def run(self, command, user="root", input="", seconds=120, check=True):
        """Runs a shell command to its end, as root or as a user who is logged in. With `check` it has to succeed."""
        answer = self._ask(seconds, command=command, user=user, input=input, seconds=seconds)
        assert answer["status"] == 0 or not check, f"the guest, asked for {command!r}, ends with {answer['status']}:\n{answer['output']}{answer['errors']}"
        return subprocess.CompletedProcess(command, answer["status"], answer["output"], answer["errors"])

    def start(self, command, user="root"):
        """Starts a command for which nobody waits; returns its process id."""
        return int(self.run(f"</dev/null >/dev/null 2>&1 {command} & echo $!", user).stdout)

    def runs(self, process):
        return self.run(f"kill -0 {process} 2>/dev/null", check=False).returncode == 0

    def ask(self, path, line, user="root"):
        """The line with which a UNIX socket answers that line; empty if nobody does."""
        return self._ask(30, socket=path, line=line, user=user)["line"]

    def _ask(self, limit, **request):
        number = next(self._numbers)
        self._shell.settimeout(60)
        self._shell.sendall(json.dumps(request | {"id": number}).encode() + b"\n")
        deadline = time.monotonic() + 2 * limit  # the guest counts them by itself
        while (answer := self._read_answer(deadline, request))["id"] != number:
            pass
        return answer

    def _read_answer(self, deadline, request):
        while b"\n" not in self._pending:
            self._shell.settimeout(max(deadline - time.monotonic(), 0.01))
            more = self._shell.recv(1 << 16)
            if not more:
                raise RuntimeError(f"the guest went away, asked for {request}\n{self.console[-4000:]}")
            self._pending += more
        line, self._pending = self._pending.split(b"\n", 1)
        return json.loads(line)

    def write(self, path, content, owner="root", mode="644"):
        """A file in the guest, in folders that are made if need be; `content` is text or octets."""
        octets = content.encode() if isinstance(content, str) else content
        name = _quoted(str(path))
        self.run(f"mkdir -p $(dirname {name}) && base64 -d >{name} && chmod {mode} {name}", owner, base64.b64encode(octets).decode())

    def until(self, command, what, seconds=15, **options):
        """Waits in the guest until a shell command succeeds; returns what it then says."""
        begun = self.clock()
        while True:
            done = self.run(command, check=False, **options)
            if done.returncode == 0:
                return done.stdout
            assert self.clock() - begun < seconds, f"still not so after {seconds} s: {what}\n{done.stdout}{done.stderr}"
            time.sleep(BETWEEN_LOOKS_SECONDS)

    @property
    def console(self):
        return (self.folder / "console.log").read_text(errors="replace")


def _quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"
