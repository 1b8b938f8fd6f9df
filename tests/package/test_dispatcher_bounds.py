"""What the dispatcher's unit forbids it does not do: no call outside the filter, no socket of another family."""
import os
import re
import shutil
import socket
import subprocess

import pytest

from conftest import ROOT, run
from support import wait
from support.dispatching import start_with_sockets

UNIT = (ROOT / "packaging/units/system/latchkey-dispatch.service").read_text()
pytestmark = pytest.mark.skipif(not shutil.which("strace"), reason="takes strace")

# Asked for before it is known whether they will be had; the unit's limits stand anyhow.
TRIED = {"prlimit64", "setrlimit"}


def filtered(words):
    """The calls in systemd's sets, and in the sets in those."""
    calls = set()
    for word in words:
        if not word.startswith("@"):
            calls.add(word)
            continue
        listed = run(["systemd-analyze", "syscall-filter", "--no-pager", word]).splitlines()
        calls |= filtered([line.strip() for line in listed[1:] if line.strip() and not line.strip().startswith("#")])
    return calls


def allowed():
    sets = re.findall(r"^SystemCallFilter=(~?)(.*)$", UNIT, re.M)
    plus = filtered([word for minus, words in sets if not minus for word in words.split()])
    return plus - filtered([word for minus, words in sets if minus for word in words.split()])


@pytest.fixture(scope="module")
def trace(binary, tmp_path_factory):
    """Every call of a dispatcher's whole life: a user enters, is given a connection, and misses one."""
    folder = tmp_path_factory.mktemp("traced")
    port = socket.create_server(("127.0.0.1", 0))
    entry, proxy = (socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(2))
    for each, name in ((entry, "dispatch.sock"), (proxy, "proxy.sock")):
        each.bind(str(folder / name))
        each.listen(8)
    process = start_with_sockets(["strace", "-D", "-f", "-o", folder / "trace", binary, "dispatch"], [port, entry], dict(os.environ))
    try:
        def ask():
            with socket.create_connection(port.getsockname(), 10) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                return client.recv(4096)
        wait.until(lambda: (folder / "trace").exists() and "epoll_wait" in (folder / "trace").read_text(), "it runs", 60)
        assert ask().startswith(b"HTTP/1.1 503 ")
        assert subprocess.run([binary, "dispatch", "--enter", folder / "proxy.sock", "--dispatcher", folder / "dispatch.sock"],
                              check=False, timeout=60).returncode == 0
        given = socket.create_connection(port.getsockname(), 10)
        proxy.settimeout(30)
        conversation, _ = proxy.accept()
        text, [descriptor], *_ = socket.recv_fds(conversation, 100, 1)
        assert text == b"client"
        os.close(descriptor)
        given.close()
    finally:
        process.terminate()  # with -D it is the program itself
        process.wait(30)
    wait.until(lambda: "+++ exited with 0 +++" in (folder / "trace").read_text(), "the trace is whole", 30)
    return (folder / "trace").read_text()


def life(trace):
    """From its first own call on: what came before is the shell's and the loader's, which systemd's filter bounds as well."""
    return trace[trace.index('"dispatch"]'):]


def test_no_call_is_outside_the_filter(trace):
    used = set(re.findall(r"^\d+ +([a-z_0-9]+)\(", life(trace), re.M))
    assert {"sendmsg", "recvmsg", "accept4", "epoll_wait"} <= used
    assert used - TRIED <= allowed()


def test_no_socket_is_of_another_family(trace):
    families = set(re.findall(r"\bsocket\((\w+)", life(trace)))
    told = set(re.search(r"^RestrictAddressFamilies=(.*)$", UNIT, re.M)[1].split())
    assert families == told


def test_nothing_is_written_and_nothing_started(trace):
    assert not re.search(r"\b(execve|fork|vfork|unlink|rename|mkdir)\(", life(trace).split("\n", 1)[1])
    assert not re.search(r"\bopen(?:at)?\(.*O_(?:WRONLY|RDWR|CREAT)", life(trace))
