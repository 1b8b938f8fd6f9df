"""The PIN: asked for once, never tried twice by itself, given in three ways, and forgotten on request."""
import dataclasses
import json
import os
import pathlib
import socket

import pytest

from support import clients, people, servers, wait
from support import latchkey as product

MODULE = product.ROOT / "build/modules/misbehaving.so"
URL = "http://party.test/index.html"


@pytest.fixture
def logins(home, monkeypatch):
    """How often the module's C_Login was called until now."""
    log = home / "calls"
    monkeypatch.setenv("LATCHKEY_TEST_MODULE_LOG", str(log))
    return lambda: log.read_text().splitlines().count("C_Login") if log.exists() else 0


@pytest.fixture
def watched(token, logins):
    """Makes a token whose module notes its calls, with its PIN from where the test says."""
    made = token()
    return lambda pin_from: dataclasses.replace(made, module=str(MODULE), pin_from=pin_from)


@pytest.fixture
def party(pki):
    with servers.Nginx(pki.server()) as server:
        yield server


@pytest.fixture
def locked(latchkey):
    """Starts a proxy that is not armed by itself: `with locked(server, token=...) as proxy`."""
    class Locked:
        def __init__(self, *arguments, **options):
            self.proxy = latchkey(*arguments, **options)

        def __enter__(self):
            return self.proxy.start(armed=False)

        def __exit__(self, *why):
            self.proxy.__exit__(*why)
    return Locked


def test_pinentry_is_asked_once_for_many_requests(latchkey, party, watched, pinentry, logins):
    with latchkey(party, token=watched("ask")) as proxy:
        for _ in range(3):
            assert clients.curl(URL, port=proxy.port).status == 200
        assert (pinentry.times_asked(), logins()) == (1, 1)
        assert any(line.startswith("SETDESC ") and "test%20token" in line or "test token" in line for line in pinentry.dialogue)


def test_a_wrong_pin_is_never_tried_again_by_itself(locked, party, watched, pinentry, logins):
    pinentry.pin = "99999999"
    with locked(party, token=watched("ask")) as proxy:
        wait.until(lambda: logins() == 1, "the PIN was tried", 20)
        for _ in range(5):
            assert clients.curl(URL, port=proxy.port).status == 503
        assert (logins(), pinentry.times_asked()) == (1, 1)
        assert not proxy.status()["armed"]
        assert party.seen() == []


def test_a_wrong_credential_is_never_tried_again_by_itself(locked, party, watched, logins):
    token = watched("credential")
    (pathlib.Path(token.environment["CREDENTIALS_DIRECTORY"]) / "latchkey.pin").write_text("99999999")
    with locked(party, token=token) as proxy:
        wait.until(lambda: logins() == 1, "the PIN was tried", 20)
        for _ in range(5):
            assert clients.curl(URL, port=proxy.port).status == 503
        assert logins() == 1


def test_who_cancels_is_not_asked_again_until_he_wants(locked, party, watched, pinentry, logins):
    pinentry.pin = ""
    with locked(party, token=watched("ask")) as proxy:
        wait.until(lambda: pinentry.times_asked() == 1, "the person was asked", 20)
        assert clients.curl(URL, port=proxy.port).status == 503
        assert logins() == 0
        pinentry.pin = "43210987"
        assert proxy.run("unlock").returncode == 0
        assert clients.curl(URL, port=proxy.port).status == 200


def test_unlock_takes_the_pin_on_the_terminal(locked, party, watched, logins):
    with locked(party, token=watched("terminal")) as proxy:
        proxy.until(lambda status: status["token"]["state"] == "waits-for-pin", "has opened the token")
        assert clients.curl(URL, port=proxy.port).status == 503
        status, shown = people.type_on_terminal([proxy.binary, "unlock"], proxy.environment, "43210987")
        assert status == 0, shown
        assert "43210987" not in shown
        assert logins() == 1
        assert clients.curl(URL, port=proxy.port).status == 200


def test_an_unlock_while_the_token_still_opens_is_not_forgotten(locked, party, watched, pinentry, home, monkeypatch):
    misdeeds = home / "misdeeds"
    misdeeds.write_text("removed")  # until then its reader has no driver yet
    monkeypatch.setenv("LATCHKEY_TEST_MODULE_FILE", str(misdeeds))
    with locked(party, token=watched("terminal")) as proxy:
        proxy.until(lambda status: status["token"]["state"] == "opening", "opens the token")
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(30)
            control.connect(str(home / "runtime/latchkey/control.sock"))
            control.sendall(b'{"command": "unlock"}\n')
            assert proxy.status()["token"]["state"] == "opening"  # a later question is answered: ours was read
            misdeeds.write_text("")
            assert json.loads(control.makefile().readline()) == {"ok": True}
        assert pinentry.times_asked() == 1


def test_unlock_says_that_the_pin_was_wrong_and_what_is_left(locked, party, watched, logins, monkeypatch):
    monkeypatch.setenv("LATCHKEY_TEST_MODULE", "tries:few")
    with locked(party, token=watched("terminal")) as proxy:
        proxy.until(lambda status: status["token"]["state"] == "waits-for-pin", "has opened the token")
        status, shown = people.type_on_terminal([proxy.binary, "unlock"], proxy.environment, "99999999")
        assert status == 1
        assert "wrong" in shown and "few" in shown
        assert logins() == 1
        page = clients.curl(URL, port=proxy.port)
        assert page.status == 503 and page.body.count("few") == 1, "what is left is told, and told once"


def test_the_last_try_needs_an_explicit_word(locked, party, watched, pinentry, logins, monkeypatch):
    monkeypatch.setenv("LATCHKEY_TEST_MODULE", "tries:one")
    with locked(party, token=watched("ask")) as proxy:
        proxy.until(lambda status: status["token"]["pin_tries"] == "one" and status["token"]["reason"], "says why")
        assert logins() == 0


def test_lock_forgets_it_and_unlock_takes_the_credential_again(latchkey, party, watched, pinentry):
    with latchkey(party, token=watched("credential")) as proxy:
        assert clients.curl(URL, port=proxy.port).status == 200
        assert proxy.run("lock").returncode == 0
        assert not proxy.status()["armed"]
        locked_out = clients.curl(URL, port=proxy.port)
        assert locked_out.status == 503 and "Your token waits for its PIN" in locked_out.body, locked_out
        assert proxy.run("unlock").returncode == 0
        assert clients.curl(URL, port=proxy.port).status == 200
        assert pinentry.times_asked() == 0


def test_a_person_can_stand_in_for_a_wrong_credential(locked, party, watched, pinentry, logins):
    token = watched("credential")
    (pathlib.Path(token.environment["CREDENTIALS_DIRECTORY"]) / "latchkey.pin").write_text("99999999")
    with locked(party, token=token) as proxy:
        proxy.until(lambda status: status["token"]["state"] == "locked", "has tried the PIN")
        assert proxy.run("unlock", "--pinentry").returncode == 0
        assert (logins(), pinentry.times_asked()) == (2, 1)
        assert clients.curl(URL, port=proxy.port).status == 200


def test_the_pin_is_nowhere_in_the_proxys_memory(latchkey, party, watched, pinentry):
    with latchkey(party, token=watched("ask")) as proxy:
        assert clients.curl(URL, port=proxy.port).status == 200
        # The search finds what is there: the party's name, for one.
        assert occurrences(proxy.process.pid, b"party.test") > 0
        assert occurrences(proxy.process.pid, b"43210987") == 0


def occurrences(pid, text):
    """How often a text stands in the memory of a process, wherever it may be read."""
    found, block = 0, 1 << 24
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            extent, rights, *_ = line.split()
            begin, end = (int(part, 16) for part in extent.split("-"))
            is_shadow = product.VARIANT and end - begin > 1 << 30  # a sanitizer's own, terabytes of nothing
            if "r" not in rights or "[v" in line or is_shadow:
                continue
            for start in range(begin, end, block):
                try:
                    found += os.pread(memory.fileno(), min(block + len(text) - 1, end - start), start).count(text)
                except OSError:
                    continue
    return found
