"""Bytes in = bytes out, in each mode and both ways, in writes of any size, past slow readers, in bounded memory."""
import hashlib
import pathlib
import re
import socket

import pytest

from support import latchkey as product
from support import servers, streams
from support.byte_server import digest_of_pattern, pattern, send_pattern

MIB = 1 << 20
# Sanitizers look for wrong accesses, which need no gigabyte.
SCALE = 32 if product.VARIANT else 1
SIZES = [(1024 * MIB // SCALE, 16385), (64 * MIB // SCALE, 7), (4 * MIB // SCALE, 1)]
PEAK_LIMIT = 64 * MIB


@pytest.fixture(params=["wrap", "tunnel"])
def path(request, pki, latchkey):
    """(proxy, open) for a mode: open(way) gives a stream to the byte server, which speaks TLS where we add it."""
    mode = request.param
    identity = pki.server() if mode == "wrap" else None
    with servers.ByteServer(identity) as server, latchkey(server, party={"local": mode}) as proxy:
        def open_stream(way="connect"):
            stream = streams.WAYS[way](proxy.port, "party.test", server.port)
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return stream
        proxy.mode = mode
        yield proxy, open_stream


def peak_bytes(proxy):
    status = pathlib.Path(f"/proc/{proxy.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


@pytest.mark.slow
@pytest.mark.scaled
@pytest.mark.seconds(900)
@pytest.mark.parametrize("count, write_bytes", SIZES, ids=lambda value: str(value))
def test_what_goes_up_arrives(path, measured, count, write_bytes):
    proxy, open_stream = path
    stream = open_stream()
    stream.sendall(f"sink {count}\n".encode())
    send_pattern(stream, count, write_bytes)
    assert _all(stream) == f"{count} {digest_of_pattern(count)}\n".encode()
    report_peak(proxy, measured, f"{count // MIB} MiB up, {write_bytes} a write, {proxy.mode}")


@pytest.mark.slow
@pytest.mark.scaled
@pytest.mark.seconds(900)
@pytest.mark.parametrize("count, write_bytes", SIZES, ids=lambda value: str(value))
def test_what_comes_down_arrives(path, measured, count, write_bytes):
    proxy, open_stream = path
    stream = open_stream()
    stream.sendall(f"source {count} {write_bytes}\n".encode())
    digest, received = hashlib.sha256(), 0
    while data := stream.recv(65536):
        digest.update(data)
        received += len(data)
    assert (received, digest.hexdigest()) == (count, digest_of_pattern(count))
    report_peak(proxy, measured, f"{count // MIB} MiB down, {write_bytes} a write, {proxy.mode}")


@pytest.mark.parametrize("way", streams.WAYS)
def test_an_echo_comes_back_as_it_went(path, way):
    _, open_stream = path
    stream = open_stream(way)
    stream.sendall(b"echo\n")
    for length in (1, 2, 16383, 16384, 16385, 100000):
        sent = next(iter(pattern(length)))
        stream.sendall(sent)
        received = b""
        while len(received) < length:
            data = stream.recv(65536)
            assert data
            received += data
        assert received == sent


def test_a_stream_may_be_half_closed(path):
    _, open_stream = path
    stream = open_stream()
    stream.sendall(b"sink\n" + next(pattern(100000)))
    stream.shutdown(socket.SHUT_WR)
    assert _all(stream) == f"100000 {digest_of_pattern(100000)}\n".encode()


def test_a_slow_party_is_waited_for_in_bounded_memory(path, measured):
    proxy, open_stream = path
    count = 128 * MIB // SCALE
    stream = open_stream()
    stream.settimeout(100 * product.SLOWNESS)
    stream.sendall(f"slow-sink {count}\n".encode())
    send_pattern(stream, count, 65536)
    assert _all(stream) == f"{count} {digest_of_pattern(count)}\n".encode()
    report_peak(proxy, measured, f"{count // MIB} MiB to a slow party, {proxy.mode}")


def test_a_client_that_does_not_read_stops_the_party(path, measured):
    proxy, open_stream = path
    count = 128 * MIB // SCALE
    stream = open_stream()
    stream.sendall(f"source {count}\n".encode())
    digest, received = hashlib.sha256(), 0
    while data := stream.recv(4096):  # small reads: the party is always ahead of them
        digest.update(data)
        received += len(data)
    assert (received, digest.hexdigest()) == (count, digest_of_pattern(count))
    report_peak(proxy, measured, f"{count // MIB} MiB to a slow client, {proxy.mode}")


def report_peak(proxy, measured, what):
    if not product.VARIANT:
        peak = peak_bytes(proxy)
        measured(f"peak memory of the proxy, {what}", f"{peak / MIB:.1f} MiB")
        assert peak < PEAK_LIMIT


def _all(stream):
    return b"".join(iter(lambda: stream.recv(65536), b""))
