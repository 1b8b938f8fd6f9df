"""The control socket: whatever is said there ends in an error on that connection and nothing else."""
import json
import os
import pathlib
import socket
import stat

import pytest

BAD = {
    "no JSON": b"hello\n",
    "no object": b"[1, 2]\n",
    "no command": b"{}\n",
    "a command that is no text": b'{"command": 7}\n',
    "an unknown command": b'{"command": "format-disk"}\n',
    "control characters": b'{"command": "\x01\x02"}\n',
    "no UTF-8": b'{"command": "\xff\xfe"}\n',
    "deep nesting": b"[" * 60000 + b"\n",
    "options of the wrong type": b'{"command": "unlock", "pinentry_options": [1, {}, null], "allow_final_try": "yes"}\n',
    "explain without a URL": b'{"command": "explain"}\n',
    "explain of nonsense": b'{"command": "explain", "url": "http://user@[::1/"}\n',
}


@pytest.fixture
def talk(latchkey):
    with latchkey(parties=[], token=None) as proxy:
        path = pathlib.Path(proxy.environment["XDG_RUNTIME_DIR"]) / "latchkey/control.sock"

        def connect():
            stream = socket.socket(socket.AF_UNIX)
            stream.settimeout(20)
            stream.connect(str(path))
            return stream

        connect.path, connect.proxy = path, proxy
        yield connect


def line_of(stream):
    data = b""
    while not data.endswith(b"\n"):
        piece = stream.recv(65536)
        if not piece:
            break
        data += piece
    return data


@pytest.mark.parametrize("said", BAD.values(), ids=BAD)
def test_bad_requests_are_answered_by_an_error(talk, said):
    with talk() as stream:
        stream.sendall(said)
        answer = json.loads(line_of(stream))
    assert answer["ok"] is False or said == BAD["options of the wrong type"]
    assert answer["ok"] or answer["error"]
    assert talk.proxy.status()["armed"]


def test_a_line_without_end_is_bounded(talk):
    with talk() as stream:
        with pytest.raises((ConnectionError, BrokenPipeError)):
            for _ in range(1000):
                stream.sendall(b"x" * 65536)
    assert talk.proxy.status()["armed"]


def test_descriptors_that_nobody_wants_are_closed(talk):
    before = len(os.listdir(f"/proc/{talk.proxy.process.pid}/fd"))
    with talk() as stream, open(os.devnull) as extra:
        for _ in range(20):
            socket.send_fds(stream, [b'{"command": "status"}\n'], [extra.fileno()] * 3)
            assert json.loads(line_of(stream))["ok"]
    talk.proxy.until(lambda _: len(os.listdir(f"/proc/{talk.proxy.process.pid}/fd")) <= before, "has closed them")


def test_whoever_leaves_in_mid_question_ends_the_question(talk):
    with talk() as stream:
        stream.sendall(b'{"command": "explain", "url": "http://demo.latchkey.test/"}')
    assert talk.proxy.status()["armed"]


def test_the_socket_is_this_users_only(talk):
    assert stat.S_IMODE(os.stat(talk.path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(talk.path.parent).st_mode) == 0o700


def test_a_second_daemon_says_that_one_runs(talk):
    done = talk.proxy.run("run")
    assert done.returncode == 1
    assert "runs already" in done.stderr
    assert talk.proxy.status()["armed"]
