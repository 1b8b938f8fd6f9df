"""Completion in each shell, which really completes."""
import os
import pty
import select
import shutil
import time

import pytest

from conftest import ROOT, run

FOLDER = ROOT / "packaging/completions"
CASES = {
    "latchkey st": {"status"},
    "latchkey dis": {"dispatch"},
    "latchkey ca ": {"export", "install", "uninstall"},
    "latchkey token list --mo": {"--module"},
    "latchkey verify --c": {"--chain", "--crls"},
    "latchkey pac --policy ": {"chromium", "firefox"},
    "latchkey lock --": {"--help"},
}


@pytest.fixture(scope="module")
def environment(binary):
    return os.environ | {"PATH": f"{binary.parent}:{os.environ['PATH']}", "TERM": "dumb", "HOME": "/nonexistent"}


def needs(shell):
    return pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed")


_BASH = """
source "$1"; read -ra COMP_WORDS <<<"$2"; [[ $2 == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _latchkey 2>/dev/null; printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize("line", CASES)
def test_bash(environment, line):
    found = run(["bash", "--norc", "-c", _BASH, "bash", FOLDER / "latchkey.bash", line], env=environment)
    assert set(found.split()) == CASES[line]


@needs("fish")
@pytest.mark.parametrize("line", CASES)
def test_fish(environment, tmp_path, line):
    script = f"source {FOLDER}/latchkey.fish; complete -C '{line}'"
    found = run(["fish", "--no-config", "-c", script], env=environment | {"HOME": str(tmp_path)})
    assert {entry.split("\t")[0] for entry in found.splitlines()} == CASES[line]


class Terminal:
    """A shell that a person types to."""

    def __init__(self, command, environment):
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, environment)
        self._seen = ""

    def type(self, text):
        os.write(self._fd, text.encode())

    def until(self, *texts, seconds=20):
        """Waits until all these have been shown since the last call."""
        end = time.monotonic() + seconds
        while not all(text in self._seen for text in texts):
            assert time.monotonic() < end, f"never saw all of {texts}:\n{self._seen}"
            if select.select([self._fd], [], [], 0.2)[0]:
                self._seen += os.read(self._fd, 4096).decode(errors="replace")
        self._seen = ""

    def close(self):
        os.close(self._fd)
        os.waitpid(self.pid, 0)


@needs("zsh")
def test_zsh(environment, tmp_path):
    terminal = Terminal(["zsh", "-f", "-i"], environment | {"HOME": str(tmp_path), "ZDOTDIR": str(tmp_path)})
    try:
        terminal.type(f"PS1='ready''> '; unsetopt beep; fpath=({FOLDER} $fpath); autoload -Uz compinit; compinit -u -D; "
                      "LISTMAX=1000; print set''up\n")
        terminal.until("setup")
        for line, words in CASES.items():
            terminal.type(line + "\t")
            if len(words) == 1:
                terminal.until(line.rsplit(" ", 1)[0] + " " + min(words))
            else:
                terminal.type("\t")
                terminal.until(*words)
            terminal.type("\x15\n")
            terminal.until("ready> ")
    finally:
        terminal.type("\x15exit\n")
        terminal.close()
