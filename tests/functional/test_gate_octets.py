"""With --proxy-protocol a gate passes octets on unread, behind a header that says who comes."""
import socket
import struct

import pytest

from support import gates, servers
from support.gates import Gate
from support.pki import HOST

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def read_exactly(stream, count):
    data = b""
    while len(data) < count:
        piece = stream.recv(count - len(data))
        assert piece, f"closed after {data!r}"
        data += piece
    return data


def values_of(octets):
    """Type-length-values, as a dictionary."""
    values = {}
    while octets:
        kind, length = struct.unpack(">BH", octets[:3])
        values[kind], octets = octets[3:3 + length], octets[3 + length:]
    return values


def read_header(stream):
    """What the header says: addresses, and the values by their types."""
    start = read_exactly(stream, 16)
    assert start[:14] == SIGNATURE + b"\x21\x11", start
    body = read_exactly(stream, struct.unpack(">H", start[14:])[0])
    source, target, source_port, target_port = struct.unpack(">4s4sHH", body[:12])
    return (socket.inet_ntoa(source), source_port), (socket.inet_ntoa(target), target_port), values_of(body[12:])


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(gates.SECONDS)
        yield listening


@pytest.fixture
def gate(home, pki, listening):
    with Gate(home, pki, f"127.0.0.1:{listening.getsockname()[1]}", proxy_protocol=True) as gate:
        yield gate


@pytest.mark.parametrize("version", servers.VERSIONS)
def test_the_backend_is_told_who_comes_and_then_sees_octets(gate, pki, listening, version):
    alice = pki.person()
    with gate.connect(alice, version=version) as stream:
        stream.sendall(b"\0not HTTP")
        backend, _ = listening.accept()
        with backend:
            source, target, values = read_header(backend)
            assert source == stream.getsockname() and target == ("127.0.0.1", gate.port)
            assert values[0x02] == HOST.encode()
            assert values[0x20][:5] == b"\x07\0\0\0\0"
            inside = values_of(values[0x20][5:])
            assert inside[0x21] == b"TLSv" + version.encode() and inside[0x22] == b"alice@example.org"
            assert values[0xE0] == alice.key_sha256.encode() and values[0xE1] == b"x509"
            assert read_exactly(backend, 9) == b"\0not HTTP"
            backend.sendall(b"answer\xff")
            assert read_exactly(stream, 7) == b"answer\xff"
            backend.shutdown(socket.SHUT_WR)
            assert stream.recv(1) == b""


def test_who_may_not_pass_does_not_reach_the_backend(gate, pki, listening):
    assert gate.send(b"octets", pki.person(case="unknown-ca")) == b""
    assert gate.send(b"octets") == b""
    listening.setblocking(False)
    with pytest.raises(BlockingIOError):
        listening.accept()
