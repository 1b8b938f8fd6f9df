"""Who may pass a gate once it is known who it is: rules in their order, lists, programs and servers that decide."""
import json
import pathlib
import socketserver
import subprocess
import threading
import time

import pytest

from support import gates, wait
from support.gates import Backend
from support.latchkey import configuration
from support.on_thread import OnThread

PAGE = "/header/Host"


class Gate(gates.Gate):
    """With rules in place of options."""

    def __init__(self, folder, pki, backend, *rules, **options):
        super().__init__(folder, pki, backend, **options)
        for rule in rules:
            self.command += ["--authorize", rule]


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return f"exec:{path}"


class Decider(OnThread, socketserver.UnixStreamServer):
    """A server at a UNIX socket; `answer(question)` is what it sends, and None that it sends nothing."""

    def __init__(self, path, answer):
        super().__init__(str(path), _Decision)
        self.answer = answer
        self.questions = []
        self.over = threading.Event()
        self.rule = f"unix:{path}"

    def __exit__(self, *_):
        self.over.set()
        super().__exit__()


class _Decision(socketserver.StreamRequestHandler):
    def handle(self):
        question = json.loads(self.rfile.readline())
        self.server.questions.append(question)
        answer = self.server.answer(question)
        if answer is None:
            self.server.over.wait(60)
        else:
            self.wfile.write(answer)


@pytest.fixture
def backend():
    with Backend() as running:
        yield running


@pytest.fixture
def alice(pki):
    return pki.person("alice@example.org")


@pytest.fixture
def bob(pki):
    return pki.person("bob@example.org")


def logged(gate, *words):
    """A line of the gate's log that has all of these."""
    return wait.until(lambda: next((line for line in gate.log.splitlines() if all(word in line for word in words)), None),
                      f"the log has {words}")


def test_the_first_rule_that_decides_counts(home, pki, backend, alice, bob):
    (home / "banned").write_text("bob@example.org\n")
    with Gate(home, pki, backend, f"deny:{home}/banned", "trusted") as gate:
        assert gate.ask(PAGE, alice).status == 200
        answer = gate.ask(PAGE, bob)
        assert answer.status == 403 and "banned" not in answer.text
        assert len(backend.requests) == 1
        assert logged(gate, "bob@example.org", f"by deny:{home}/banned", f"gate's client 127.0.0.1")


def test_lists_are_read_again_when_they_change(home, pki, backend, alice):
    (home / "banned").write_text("")
    with Gate(home, pki, backend, f"deny:{home}/banned", "trusted") as gate:
        assert gate.ask(PAGE, alice).status == 200
        (home / "banned").write_text("@example.org\n")
        assert gate.ask(PAGE, alice).status == 403
        (home / "banned").unlink()
        assert gate.ask(PAGE, alice).status == 403
        (home / "banned").write_text("# nobody\n")
        assert gate.ask(PAGE, alice).status == 200


def test_where_no_rule_decides_it_is_denied(home, pki, backend, alice, bob):
    (home / "allowed").write_text("alice@example.org\n")
    with Gate(home, pki, backend, f"allow:{home}/allowed") as gate:
        assert gate.ask(PAGE, alice).status == 200
        assert gate.ask(PAGE, bob).status == 403
        assert logged(gate, "bob@example.org", "no rule allows it")


def test_postings_come_from_members_of_the_mailing_list_only(home, pki, backend, alice, bob):
    """The example of the TLS Pool's authors: a list takes postings from its subscribers, and from nobody else."""
    (home / "subscribers").write_text("alice@example.org\n")
    rule = script(home / "is-subscribed", f'address=$(sed \'s/.*"mail_addresses":\\["\\([^"]*\\)"\\].*/\\1/\')\n'
                                          f'grep -Fxq "$address" {home}/subscribers || exit 1')
    with Gate(home, pki, backend, rule) as gate:
        assert gate.ask("/digest", alice, method="POST", body=b"Hello, list!").text.startswith("12 ")
        assert gate.ask("/digest", bob, method="POST", body=b"Buy now!").status == 403
        assert [line for line, _ in backend.requests] == ["POST /digest HTTP/1.1"]
        assert logged(gate, "bob@example.org", f"by {rule}")
        (home / "subscribers").write_text("alice@example.org\nbob@example.org\n")
        assert gate.ask("/digest", bob, method="POST", body=b"I have joined").status == 200


def test_a_program_is_told_who_it_is_and_for_what(home, pki, backend, alice):
    with Gate(home, pki, backend, script(home / "hook", f"cat >{home}/told")) as gate:
        assert gate.ask(PAGE, alice).status == 200
        told = json.loads((home / "told").read_text())
        assert told["version"] == 1 and told["service"].startswith("gate 127.0.0.1:") and told["local"] == "party.test"
        assert told["remote"] == {"method": "x509", "vouched_for": True, "identity": "alice@example.org",
                                  "fingerprint": alice.key_sha256, "key_sha256": alice.key_sha256,
                                  "subject": told["remote"]["subject"], "user_ids": [],
                                  "mail_addresses": ["alice@example.org"], "dns_names": []}


@pytest.mark.parametrize("text, reason", [
    ("exit 1", "by exec:"), ("exit 2", "it ended with status 2"), ("kill -SEGV $$", "it was killed by SIGSEGV"),
    ("echo 'no database' >&2; exit 3", "it ended with status 3: no database"), ("yes", "it writes without end"),
    ("yes >&2", "it writes without end"), ("echo '{\"ttl\":-1}'", "its answer is none"),
], ids=["denies", "broken", "crashes", "complains", "floods", "floods-stderr", "nonsense"])
def test_a_program_that_does_not_allow_denies(home, pki, backend, alice, text, reason):
    with Gate(home, pki, backend, script(home / "hook", text)) as gate:
        assert gate.ask(PAGE, alice).status == 403
        assert backend.requests == []
        assert logged(gate, "alice@example.org", f"by exec:{home}/hook", reason)


def test_a_program_that_is_slow_is_killed_with_its_children(home, pki, backend, alice):
    rule = script(home / "hook", f"sleep 1000 & echo $! >{home}/child; echo $$ >{home}/pid; wait")
    with Gate(home, pki, backend, rule) as gate:
        start = time.monotonic()
        assert gate.ask(PAGE, alice).status == 403
        assert time.monotonic() - start > 4
        assert logged(gate, "alice@example.org", "it does not answer within 5 s")
        for name in ("pid", "child"):
            number = int((home / name).read_text())
            wait.until(lambda: not pathlib.Path(f"/proc/{number}").exists() or
                       " Z " in pathlib.Path(f"/proc/{number}/stat").read_text(), f"{name} has ended")


def test_a_program_that_waits_ends_with_its_gate(home, pki, backend, alice):
    rule = script(home / "hook", f"echo $$ >{home}/pid; exec sleep 1000")
    with Gate(home, pki, backend, rule) as gate:
        connection = gate.connection(alice)
        connection.request("GET", PAGE)
        wait.until(lambda: (home / "pid").exists() and (home / "pid").read_text().strip(), "the hook runs")
    assert not pathlib.Path(f"/proc/{int((home / 'pid').read_text())}").exists()
    connection.close()


def test_others_are_served_while_a_program_takes_its_time(home, pki, backend, alice, bob):
    rule = script(home / "hook", f'case "$(cat)" in *bob@*) while [ ! -e {home}/go ]; do sleep 0.05; done;; esac')
    with Gate(home, pki, backend, rule) as gate:
        waiting = gate.connection(bob)
        waiting.request("GET", PAGE)
        assert gate.ask(PAGE, alice).status == 200
        (home / "go").touch()
        assert waiting.getresponse().status == 200
        waiting.close()


def test_a_server_at_a_socket_decides_and_says_for_how_long(home, pki, backend, alice, bob):
    def answer(question):
        allow = "alice@example.org" in question["remote"]["mail_addresses"]
        return json.dumps({"allow": allow, "ttl": 60 if allow else 0, "reason": "as the directory says"}).encode() + b"\n"
    with Decider(home / "hook", answer) as decider, Gate(home, pki, backend, decider.rule) as gate:
        for _ in range(3):
            assert gate.ask(PAGE, alice).status == 200
        assert len(decider.questions) == 1
        for _ in range(3):
            assert gate.ask(PAGE, bob).status == 403
        assert len(decider.questions) == 4
        assert logged(gate, "bob@example.org", f"by {decider.rule} (as the directory says)")


@pytest.mark.parametrize("answer, reason", [
    (b"", "it closed before its answer was whole"), (b"{}\n", "does not say allow"), (b"yes\n", "no JSON object"),
    (b'{"allow":"true"}\n', "neither true nor false"), (b"x" * 5000, "more than 4 KiB"), (b'{"allow":true}', "closed before"),
], ids=["closes", "empty", "no-json", "text", "floods", "no-line"])
def test_a_server_that_does_not_allow_denies(home, pki, backend, alice, answer, reason):
    with Decider(home / "hook", lambda _: answer) as decider, Gate(home, pki, backend, decider.rule) as gate:
        assert gate.ask(PAGE, alice).status == 403
        assert logged(gate, "alice@example.org", f"by {decider.rule}", reason)


def test_a_server_that_is_slow_or_gone_denies(home, pki, backend, alice):
    with Decider(home / "hook", lambda _: None) as decider, Gate(home, pki, backend, decider.rule) as gate:
        assert gate.ask(PAGE, alice).status == 403
        assert logged(gate, "alice@example.org", "it does not answer within 5 s")
        decider.server_close()
        (home / "hook").unlink()
        assert gate.ask(PAGE, alice).status == 403
        assert logged(gate, "alice@example.org", f"nobody answers at {home}/hook")


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_who_resumes_is_asked_about_again(home, pki, backend, alice, version):
    (home / "members").write_text("alice@example.org\n")
    rule = script(home / "hook", f"grep -q alice@example.org {home}/members || exit 1")
    with Gate(home, pki, backend, rule) as gate:
        tls = gates.context(alice, version)
        connection = gate.connection(tls=tls)
        assert gates.ask(connection, PAGE).status == 200
        session = connection.sock.session
        connection.close()
        (home / "members").write_text("")
        connection = gate.connection(tls=tls, session=session)
        assert connection.sock.session_reused
        assert gates.ask(connection, PAGE).status == 403
        connection.close()


def test_a_gate_of_octets_is_authorized_too(home, pki, alice):
    with Gate(home, pki, "127.0.0.1:9", script(home / "hook", "exit 1"), proxy_protocol=True) as gate:
        assert gate.send(b"hello", alice) == b""
        assert logged(gate, "alice@example.org", f"by exec:{home}/hook")


@pytest.mark.parametrize("rules, complaint", [
    (["exec:hook"], "--authorize exec:hook has no path from the root"), (["deny:/dev/null"], "say who may come"),
    (["exec:/bin/true", "trusted"], "always decides"), (["members"], "is no rule"),
    (["allow:/nonexistent"], "/nonexistent"),
])
def test_rules_that_make_no_sense_are_refused_at_the_start(home, pki, rules, complaint):
    done = subprocess.run(Gate(home, pki, "127.0.0.1:9", *rules).command, capture_output=True, text=True, timeout=20)
    assert done.returncode == 2 and complaint in done.stderr, done.stderr


def test_rules_stand_in_the_configuration_as_well(home, pki, backend, latchkey, alice, bob):
    (home / "banned").write_text("bob@example.org\n")
    server = pki.server()
    section = {"listen": "127.0.0.1:0", "backend": backend.address, "cert": [str(server.chain)], "key": [str(server.key)],
               "client_roots": str(pki.root.certificate), "authorize": [f"deny:{home}/banned", "trusted"]}
    proxy = latchkey()
    proxy.configure(proxy.config_file.read_text() + configuration([section]).replace("[[party]]", "[[gate]]"))
    with proxy:
        port = int(wait.until(lambda: "a gate listens at" in proxy.log and proxy.log, "it listens")
                   .split("a gate listens at 127.0.0.1:")[1].split()[0])
        assert gates.Client(port).ask(PAGE, alice).status == 200
        assert gates.Client(port).ask(PAGE, bob).status == 403
