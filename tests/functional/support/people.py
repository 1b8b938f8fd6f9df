"""Stands for a person: a pinentry that types a given PIN, and a terminal on which one is typed."""
import os
import pathlib
import pty
import subprocess

from support import wait

# Speaks Assuan as pinentry does. Every PIN it gives is noted, so that a test can count them.
_PINENTRY = """#!/usr/bin/python3
import pathlib, sys, time
here = pathlib.Path(__file__).parent
print("OK ready", flush=True)
for line in sys.stdin:
    word = line.split()[0].upper() if line.strip() else ""
    with open(here / "asked", "a") as asked:
        asked.write(line)
    if word == "GETPIN":
        while (here / "held").exists():
            time.sleep(0.01)
        pin = (here / "pin").read_text()
        print("D " + pin + "\\nOK" if pin else "ERR 83886179 Operation cancelled <Pinentry>", flush=True)
    elif word == "BYE":
        print("OK", flush=True)
        break
    else:
        print("OK", flush=True)
"""


class Pinentry:
    """A pinentry program in `folder`: answers with `pin`, and an empty one is "cancel"."""

    def __init__(self, folder, pin):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.program = self.folder / "pinentry"
        self.program.write_text(_PINENTRY)
        self.program.chmod(0o755)
        self.pin = pin

    @property
    def environment(self):
        return {"LATCHKEY_PINENTRY": str(self.program)}

    @property
    def pin(self):
        return (self.folder / "pin").read_text()

    @pin.setter
    def pin(self, value):
        (self.folder / "pin").write_text(value)

    @property
    def dialogue(self):
        """What it was told, line by line."""
        path = self.folder / "asked"
        return path.read_text().splitlines() if path.exists() else []

    def hold(self):
        """The person is not there: from now on a question for the PIN waits."""
        (self.folder / "held").touch()

    def release(self):
        """The person is back."""
        (self.folder / "held").unlink()

    def times_asked(self):
        return self.dialogue.count("GETPIN")


def type_on_terminal(command, environment, typed, prompt="PIN", seconds=30):
    """Runs a command on a terminal and types a line once it shows `prompt`; (exit status, what the terminal showed)."""
    master, slave = pty.openpty()
    process = subprocess.Popen([str(part) for part in command], env=environment, stdin=slave, stdout=slave, stderr=slave,
                               start_new_session=True)
    os.close(slave)
    os.set_blocking(master, False)
    shown = b""

    def more():
        nonlocal shown
        try:
            shown += os.read(master, 4096)
        except BlockingIOError:
            pass
        except OSError:  # the other side is gone
            return True
        return False

    try:
        wait.until(lambda: more() or prompt.encode() in shown or process.poll() is not None, f"asks for {prompt}", seconds)
        if process.poll() is None:
            os.write(master, typed.encode() + b"\n")
        wait.until(lambda: more() or process.poll() is not None, "ends", seconds)
        process.wait(seconds)
        more()
    finally:
        process.kill()
        process.wait()
        os.close(master)
    return process.returncode, shown.decode(errors="replace")
