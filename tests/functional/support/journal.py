"""systemd's journal, the real one, in a mount namespace of its own: what this machine's journal is told is not touched."""
import json
import os
import pathlib
import subprocess
import sys

from support import wait
from support.children import die_with_parent

_PRIVATE_MOUNTS = pathlib.Path(__file__).with_name("private_mounts.py")
_JOURNALD = "/lib/systemd/systemd-journald"
# Its sockets and its files are the namespace's; the machine's identity, by which it names its folder, too.
_START = ('mkdir -p "$0/run/journal" "$0/log" && mount -t tmpfs none /run && mkdir -p /run/systemd /run/log && '
          'mount --bind "$0/run" /run/systemd && mount --bind "$0/log" /run/log && touch "$0/mounted" && '
          f"exec {_JOURNALD}")


class Journal:
    """Running inside the block. `program(path)` makes of a program one whose output the journal reads."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self._is_root = os.geteuid() == 0

    def __enter__(self):
        as_root = [] if self._is_root else ["unshare", "--map-root-user"]
        with open(self.folder / "journald.log", "wb") as log:
            self._process = subprocess.Popen([*as_root, sys.executable, _PRIVATE_MOUNTS, "sh", "-c", _START, str(self.folder)],
                                             stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent)
        wait.until(lambda: (self.folder / "run/journal/stdout").exists() or self._process.poll() is not None, "the journal runs", 30)
        assert self._process.poll() is None, (self.folder / "journald.log").read_text()
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(20)

    def program(self, path):
        """Beside the given program: the same one, whose `run` writes to the journal as a unit of systemd does."""
        enter = "nsenter --mount" + ("" if self._is_root else " --user --preserve-credentials")
        script = self.folder / "program"
        # systemd-cat does what systemd does for a unit, but for the variable.
        script.write_text(f'#!/bin/sh\n[ "$1" = run ] || exec {path} "$@"\n'
                          f'exec {enter} --target={self._process.pid} systemd-cat --identifier=unit '
                          f"""sh -c 'JOURNAL_STREAM=$(stat -L -c %d:%i /dev/stderr) exec "$0" "$@"' {path} "$@"\n""")
        script.chmod(0o755)
        return script

    def entries(self, **fields):
        """Those with these fields, oldest first."""
        wanted = [f"{name}={value}" for name, value in fields.items()]
        done = subprocess.run(["journalctl", "--no-pager", "--quiet", "--output=json", f"--directory={self.folder / 'log/journal'}", *wanted],
                              capture_output=True, text=True, timeout=20)
        return [json.loads(line) for line in done.stdout.splitlines()]
