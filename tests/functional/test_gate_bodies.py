"""Through a gate bodies of any length and framing pass both ways, and so do HTTP's own moves."""
import hashlib
import http.client
import os
import pathlib
import socket
import threading

import pytest

from support import clients, gates, wait
from support.byte_server import digest_of_pattern, pattern
from support.gates import Backend, Gate
from support.pki import HOST

LENGTHS = [0, 1, 16385, 5_000_000]


@pytest.fixture
def gate(home, pki):
    with Backend() as backend, Gate(home, pki, backend) as gate:
        gate.alice = pki.person()
        yield gate


@pytest.fixture
def connection(gate):
    connection = gate.connection(gate.alice)
    yield connection
    connection.close()


@pytest.mark.parametrize("count", LENGTHS)
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_request_body_arrives(connection, count, chunked):
    connection.request("POST", "/digest", body=pattern(count), encode_chunked=chunked,
                       headers={} if chunked else {"Content-Length": str(count)})
    assert connection.getresponse().read() == f"{count} {digest_of_pattern(count)}\n".encode()


@pytest.mark.parametrize("count", LENGTHS)
@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_an_answers_body_arrives(connection, count, framing):
    answer = gates.ask(connection, f"/pattern/{count}?framing={framing}")
    assert (answer.status, len(answer.body)) == (200, count)
    assert hashlib.sha256(answer.body).hexdigest() == digest_of_pattern(count)


@pytest.mark.parametrize("head", [b"Content-Length: 100\r\n\r\nten octets", b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
                                  b"Transfer-Encoding: chunked\r\n\r\nno chunk\r\n"])
def test_an_answer_that_is_cut_off_is_not_passed_off_as_whole(home, pki, head):
    def answer(listening):
        stream, _ = listening.accept()
        with stream:
            stream.recv(65536)
            stream.sendall(b"HTTP/1.1 200 OK\r\n" + head)

    with socket.create_server(("127.0.0.1", 0)) as listening, \
            Gate(home, pki, f"127.0.0.1:{listening.getsockname()[1]}") as gate:
        threading.Thread(target=answer, args=(listening,)).start()
        with pytest.raises((http.client.HTTPException, OSError)):
            gate.ask("/", pki.person())


def test_a_slow_reader_slows_the_backend(gate):
    """What waits on the way is bounded, however much the backend has to say."""
    with gate.connect(gate.alice) as stream:
        stream.sendall(b"GET /pattern/200000000 HTTP/1.1\r\nHost: party.test\r\n\r\n")
        stream.recv(1)
        resident = [int(line.split()[1]) for line in open(f"/proc/{gate.process.pid}/status") if line.startswith("VmRSS")]
        assert resident[0] < 100_000


def test_curl_waits_for_100_continue(gate, home):
    (home / "body").write_bytes(next(pattern(1_000_000)))
    answer = clients.run(["curl", "-sSvk", "--cert", gate.alice.chain, "--key", gate.alice.key, "-T", home / "body",
                          "-H", "Expect: 100-continue", "--resolve", f"{HOST}:{gate.port}:127.0.0.1",
                          f"https://{HOST}:{gate.port}/digest"])
    assert answer.body == f"1000000 {digest_of_pattern(1_000_000)}\n"
    assert "HTTP/1.1 100" in answer.errors


def test_an_upgrade_leaves_http_behind(gate):
    with gate.connect(gate.alice) as stream:
        stream.sendall(b"GET /upgrade HTTP/1.1\r\nHost: party.test\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
        head = b""
        while b"\r\n\r\n" not in head:
            head += stream.recv(1)
        assert head.startswith(b"HTTP/1.1 101 ") and b"upgrade: echo" in head.lower()
        stream.sendall(b"\x00\xffbytes, not HTTP")
        assert stream.recv(100) == b"\x00\xffbytes, not HTTP"


def test_a_client_that_leaves_in_its_request_ends_the_backends_connection(gate):
    with gate.connect(gate.alice) as stream:
        stream.sendall(b"POST /digest HTTP/1.1\r\nHost: party.test\r\nContent-Length: 100\r\n\r\nten octets")
        wait.until(lambda: connections_of(gate) == 2, "the gate has both connections")
    wait.until(lambda: connections_of(gate) == 0, "the gate has none")


def connections_of(gate):
    """Established connections among the gate's descriptors."""
    inodes = set()
    for path in pathlib.Path(f"/proc/{gate.process.pid}/fd").iterdir():
        try:
            inodes.add(os.readlink(path).removeprefix("socket:[").removesuffix("]"))
        except FileNotFoundError:
            pass
    lines = [line.split() for line in open("/proc/net/tcp").read().splitlines()[1:]]
    return sum(line[3] != "0A" and line[9] in inodes for line in lines)
