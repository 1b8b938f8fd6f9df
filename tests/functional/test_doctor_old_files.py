"""`latchkey doctor` finds what earlier parties and programs have left, and what it says to do takes that away."""
import json
import os
import shlex
import signal
import socket
import time

import pytest


def ask(proxy):
    report = json.loads(proxy.run("doctor", "--json", seconds=60).stdout)
    return next(check for check in report["checks"] if check["check"] == "old-files")


@pytest.fixture
def chromium(home):
    (home / ".config/chromium").mkdir(parents=True)


def parties(*hosts):
    return [{"hosts": [host]} for host in hosts]


def test_the_ca_of_a_party_that_is_gone_is_taken_out_by_install(latchkey, chromium, home):
    files = lambda: len(list((home / "state/latchkey/ca").glob("*.key")))
    assert latchkey(parties=parties("a.example.org", "b.example.org")).run("ca", "install").returncode == 0
    assert files() == 3
    proxy = latchkey(parties=parties("a.example.org"))
    found = ask(proxy)
    assert found["verdict"] == "warning" and "Chromium still trusts" in found["says"] and "b.example.org" in found["says"], found
    assert "a.example.org" not in found["says"] and "latchkey ca install" in found["to_do"]
    assert proxy.run("ca", "install").returncode == 0
    assert ask(proxy)["verdict"] == "ok" and files() == 2


def test_its_files_are_forgotten_where_there_is_no_browser_too(latchkey):
    assert latchkey(parties=parties("a.example.org")).run("ca", "export").returncode == 0
    proxy = latchkey()
    found = ask(proxy)
    assert found["verdict"] == "skipped" and "latchkey ca install" in found["to_do"], found
    assert proxy.run("ca", "install").returncode == 1
    assert ask(proxy)["verdict"] == "ok"


def test_a_daemon_that_was_killed_is_seen_by_its_socket(latchkey):
    proxy = latchkey().start()
    assert ask(proxy)["verdict"] == "ok"
    os.killpg(proxy.process.pid, signal.SIGKILL)
    proxy.process.wait()
    proxy.process = None
    found = ask(proxy)
    assert "before it could clean up" in found["says"], found
    with proxy:
        assert ask(proxy)["verdict"] == "ok", "the next one takes its place"


def test_a_daemon_that_commands_do_not_find_is_named(latchkey, home):
    proxy = latchkey()
    folder = home / "state/latchkey/run"
    folder.mkdir(parents=True, mode=0o700)
    (home / "state/latchkey").chmod(0o700)
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(folder / "control.sock"))
        other.listen()
        found = ask(proxy)
    assert found["verdict"] == "warning" and f"kill {os.getpid()}" in found["to_do"], found


def test_half_written_files_are_named_and_removed_as_told(latchkey, home):
    proxy = latchkey()
    ask(proxy)
    state = home / "state/latchkey"
    draft, fresh = state / "seen-tlsa.a1B2c3", state / "seen-tlsa.d4E5f6"
    for file in (draft, fresh):
        file.write_text("half")
    os.utime(draft, (time.time() - 7200,) * 2)
    found = ask(proxy)
    assert found["verdict"] == "warning", found
    command = shlex.split(found["to_do"].split("`")[1])
    assert command == ["rm", "-r", str(draft)]
    draft.unlink()
    assert ask(proxy)["verdict"] == "ok"
