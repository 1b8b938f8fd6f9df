"""The port is the machine's: a dispatcher without any rights gives each user's connections to that user's own daemon."""
import functools
import os
import re
import select
import socket
import subprocess
import time

import pytest

from support import wait
from support.dispatching import Dispatcher, ServiceManager, start_with_sockets
from support.latchkey import SLOWNESS, Latchkey

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="two users take root")

ALICE, BOB = 4011, 4012
# Sends a request through the port, as whoever it runs as, and prints the answer.
_ASK = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10) as client:
    client.sendall(sys.argv[2].encode().decode("unicode_escape").encode())
    answer = b""
    while piece := client.recv(65536):
        answer += piece
sys.stdout.write(answer.decode(errors="replace"))
"""
DEMO = "GET http://demo.latchkey.test/ HTTP/1.1\\r\\nHost: demo.latchkey.test\\r\\nConnection: close\\r\\n\\r\\n"


def ask(port, uid, request=DEMO):
    done = subprocess.run(["/usr/bin/python3", "-c", _ASK, str(port), request], user=uid, group=uid, extra_groups=[], cwd="/",
                          capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def page(port, path):
    return f"GET {path} HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\nConnection: close\\r\\n\\r\\n"


@pytest.fixture
def dispatcher(home):
    home.chmod(0o755)
    with Dispatcher(home / "machine") as made:
        yield made


@pytest.fixture
def daemon(home, dispatcher):
    """Makes a user's Latchkey, whose configuration names the port that the dispatcher holds."""
    def make(uid, name):
        made = Latchkey(home / name, uid=uid, listen={"address": [f"127.0.0.1:{dispatcher.port}"]})
        made.start = functools.partial(made.start, arguments=["--dispatcher", dispatcher.path])
        return made
    return make


def fingerprint(answer):
    assert answer.startswith("HTTP/1.1 200"), answer
    return re.search(r"\b(?:[0-9A-F]{4} ?){10,16}\b", answer, re.I)[0]


def test_each_user_reaches_the_daemon_of_his_own(dispatcher, daemon):
    with daemon(ALICE, "alice") as alice, daemon(BOB, "bob") as bob:
        assert alice.port == bob.port == dispatcher.port
        hers, his = (fingerprint(ask(dispatcher.port, uid)) for uid in (ALICE, BOB))
        assert hers != his
        assert fingerprint(ask(dispatcher.port, ALICE)) == hers
        # The PAC file of the port is each one's own, too, and says that port.
        assert f"PROXY 127.0.0.1:{dispatcher.port}" in ask(dispatcher.port, ALICE, page(dispatcher.port, "/proxy.pac"))


def test_who_has_no_daemon_is_told_so_and_nobody_else_answers(dispatcher, daemon):
    with daemon(ALICE, "alice"):
        answer = ask(dispatcher.port, BOB)
        assert answer.startswith("HTTP/1.1 503 ") and "systemctl --user start latchkey" in answer
        assert ask(dispatcher.port, BOB, r"\x05\x01\x00") == ""
    assert ask(dispatcher.port, ALICE).startswith("HTTP/1.1 503 ")


def test_a_dispatcher_that_is_started_again_is_entered_again(dispatcher, daemon):
    with daemon(ALICE, "alice") as alice:
        dispatcher.stop()
        dispatcher.manager.forget_stored()
        dispatcher.start()
        wait.until(lambda: ask(dispatcher.port, ALICE).startswith("HTTP/1.1 200"), "she is entered again", 20)
        assert alice.status()["dispatcher"] == 65534


def test_a_dispatcher_that_is_restarted_knows_who_had_entered(dispatcher, daemon):
    """An upgrade does that, and nobody who asks meanwhile is told that there is no daemon."""
    with daemon(ALICE, "alice"):
        dispatcher.stop()
        assert list(dispatcher.manager.stored) == [f"stored_{ALICE}"]
        dispatcher.start()
        assert ask(dispatcher.port, ALICE).startswith("HTTP/1.1 200")
        assert ask(dispatcher.port, BOB).startswith("HTTP/1.1 503")


def test_what_is_stored_of_somebody_who_has_gone_is_forgotten(dispatcher, daemon):
    with daemon(ALICE, "alice"):
        pass
    wait.until(lambda: dispatcher.manager.look() and f"stored_{ALICE}" in dispatcher.manager.stored, "she had entered")
    assert ask(dispatcher.port, ALICE).startswith("HTTP/1.1 503")
    dispatcher.manager.look()
    assert dispatcher.manager.stored == {}


def test_a_descriptor_under_anothers_name_is_not_believed(dispatcher, daemon):
    with daemon(ALICE, "alice"):
        dispatcher.stop()
        stored = dispatcher.manager.stored
        stored[f"stored_{BOB}"] = stored.pop(f"stored_{ALICE}")
        stored["stored_nobody"] = os.dup(stored[f"stored_{BOB}"])
        dispatcher.start()
        assert ask(dispatcher.port, BOB).startswith("HTTP/1.1 503")
        dispatcher.manager.look()
        assert set(stored) <= {f"stored_{ALICE}"}


def test_doctor_knows_who_holds_the_port(dispatcher, daemon):
    with daemon(ALICE, "alice") as alice:
        assert "is held by the system" in alice.run("doctor").stdout


def test_the_first_connection_starts_a_daemon_whose_socket_was_entered(dispatcher, daemon, home):
    """What latchkey.socket does: systemd makes the socket and enters it, and starts the daemon once there is a connection."""
    alice = daemon(ALICE, "alice")
    folder = alice.folder / "runtime/latchkey"
    folder.mkdir(mode=0o700)
    path = folder / "proxy.sock"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(str(path))
    path.chmod(0o666)
    for each in (folder, path):
        os.chown(each, ALICE, ALICE)
    os.seteuid(ALICE)  # whoever listens is what the dispatcher looks at
    listener.listen(8)
    os.seteuid(0)
    assert alice.run("dispatch", "--enter", path, "--dispatcher", dispatcher.path).returncode == 0
    with socket.create_connection(("127.0.0.1", dispatcher.port)):  # root's is not hers
        pass
    asker = subprocess.Popen(["/usr/bin/python3", "-c", _ASK, str(dispatcher.port), page(dispatcher.port, "/proxy.pac")],
                             user=ALICE, group=ALICE, extra_groups=[], stdout=subprocess.PIPE, text=True, cwd="/")
    wait.until(lambda: wait_for_connection(listener), "the connection waits in her socket", 10)
    with open(alice.folder / "log", "ab") as log:
        process = start_with_sockets([alice.binary, "run", "--dispatcher", dispatcher.path], [listener], alice.environment,
                                     stdout=log, stderr=log, user=ALICE, group=ALICE, extra_groups=[])
    try:
        assert "FindProxyForURL" in asker.communicate(timeout=30)[0]
    finally:
        alice.end(process)
    listener.close()


def wait_for_connection(listener):
    return bool(select.select([listener], [], [], 0)[0])


def test_a_connection_to_another_program_is_not_taken(dispatcher, daemon):
    """Whoever can reach the socket cannot make the daemon serve what its user said to somebody else."""
    with daemon(ALICE, "alice") as alice, socket.create_server(("127.0.0.1", 0)) as other:
        asker = subprocess.Popen(["/usr/bin/python3", "-c", _ASK, str(other.getsockname()[1]), DEMO],
                                 user=ALICE, group=ALICE, extra_groups=[], stdout=subprocess.PIPE, text=True, cwd="/")
        hers, _ = other.accept()
        thief = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        thief.connect(str(alice.folder / "runtime/latchkey/proxy.sock"))
        socket.send_fds(thief, [b"client"], [hers.fileno()])
        hers.close()
        assert asker.communicate(timeout=30)[0] == ""
        assert "which is not our port" in alice.log


def test_a_connection_of_another_user_is_not_taken(dispatcher, daemon):
    with daemon(ALICE, "alice") as alice:
        client = socket.create_connection(("127.0.0.1", dispatcher.port))
        dispatcher.stop()  # now it is we who accept at the port
        root = socket.create_connection(("127.0.0.1", dispatcher.port))
        accepted, _ = dispatcher._port.accept()
        giver = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        giver.connect(str(alice.folder / "runtime/latchkey/proxy.sock"))
        socket.send_fds(giver, [b"client"], [accepted.fileno()])
        accepted.close()
        root.settimeout(10)
        assert root.recv(65536).startswith(b"HTTP/1.1 403 ")
        client.close()
        root.close()
        dispatcher.start()


def test_nobody_enters_a_socket_of_somebody_elses(dispatcher, daemon):
    with daemon(ALICE, "alice") as alice:
        hers = alice.folder / "runtime/latchkey/proxy.sock"
        name = os.open(hers, os.O_PATH)
        entry = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        entry.connect(str(dispatcher.path))
        socket.send_fds(entry, [b"enter 1"], [name])
        assert entry.recv(512) == b"no the socket belongs to another user"
        os.close(name)


def test_a_dispatcher_is_never_kept_waiting(dispatcher, daemon):
    """Clients that say nothing, and entries that do not go on, are bounded for each user; others are served meanwhile."""
    idle = [socket.create_connection(("127.0.0.1", dispatcher.port)) for _ in range(50)]
    for _ in range(50):
        entry = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        entry.connect(str(dispatcher.path))
        idle.append(entry)
    with daemon(ALICE, "alice"):
        began = time.monotonic()
        fingerprint(ask(dispatcher.port, ALICE))
        assert time.monotonic() - began < 5 * SLOWNESS
    # Those beyond the bound were closed at once, the others a little later.
    for each in idle:
        each.settimeout(10)
        assert each.recv(1) == b""
        each.close()


def test_systemd_is_told_how_the_daemon_fares(home):
    manager = ServiceManager(home)
    alice = Latchkey(home / "alice")
    alice.environment |= {"NOTIFY_SOCKET": str(manager.path), "WATCHDOG_USEC": "1000000"}
    with alice:
        wait.until(lambda: "READY=1" in manager.look() and "STATUS=armed" in manager.look(), "it says that it is ready", 10)
        manager.told.clear()
        wait.until(lambda: manager.look().count("WATCHDOG=1") >= 2, "it says that it is alive", 10)
        alice.run("lock")
        wait.until(lambda: any(line.startswith("STATUS=locked") for line in manager.look()), "it says that it is locked", 10)
    assert "STOPPING=1" in manager.look()
