"""What one client, or very many, may take from a gate: each limit is met, and the gate serves on."""
import socket
import time

import pytest

from support import latchkey, streams, wait
from support.gates import Backend, Gate

MAX_CONNECTIONS = 2000
KIB = 1024


@pytest.fixture
def gate(home, pki):
    with Backend() as backend, Gate(home, pki, backend) as gate:
        gate.alice = pki.person()
        yield gate


@pytest.mark.parametrize("octets, status", [(60 * KIB, 200), (65 * KIB, 431)])
def test_a_header_of_more_than_64_kib_is_431(gate, octets, status):
    answer = gate.send(b"GET /header/Host HTTP/1.1\r\nHost: party.test\r\nConnection: close\r\n"
                       + b"".join(b"X-%d: %s\r\n" % (i, b"a" * 1000) for i in range(octets // 1008)) + b"\r\n", gate.alice)
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:100]
    assert gate.ask("/header/Host", gate.alice).status == 200


def test_a_header_without_an_end_is_cut_off(gate):
    answer = gate.send(b"GET / HTTP/1.1\r\nHost: party.test\r\nX-A: " + b"a" * (100 * KIB), gate.alice)
    assert answer.startswith(b"HTTP/1.1 431 "), answer[:100]


def test_what_is_no_client_hello_ends_at_once(gate):
    for octets in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x05\x02\x00\x00\x01\x00", b"\x16\x03\x01\x00\x00"):
        with socket.create_connection(("127.0.0.1", gate.port), timeout=10) as stream:
            stream.sendall(octets)
            assert len(streams.rest(stream)) <= 7  # an alert, at the most
    assert gate.ask("/header/Host", gate.alice).status == 200


@pytest.mark.skipif(bool(latchkey.VARIANT), reason="two thousand connections are too many for a sanitizer")
def test_the_connection_after_two_thousand_is_turned_away_and_room_is_made_again(gate):
    held = [socket.create_connection(("127.0.0.1", gate.port), timeout=10) for _ in range(MAX_CONNECTIONS)]
    try:
        with socket.create_connection(("127.0.0.1", gate.port), timeout=10) as late:
            assert streams.ended(late)
        wait.until(lambda: "a client was turned away" in gate.log, "the log tells of it")
    finally:
        for stream in held:
            stream.close()

    def served():
        try:
            return gate.ask("/header/Host", gate.alice).status == 200
        except OSError:
            return False
    wait.until(served, "there is room again")


@pytest.mark.slow
def test_who_does_not_finish_the_handshake_is_let_go_after_20_seconds(gate):
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", gate.port), timeout=40) as silent, \
            socket.create_connection(("127.0.0.1", gate.port), timeout=40) as slow:
        slow.sendall(b"\x16\x03\x01\x02\x00\x01")
        assert streams.ended(silent, 40) and streams.ended(slow, 40)
    assert 15 < time.monotonic() - began < 40
    assert "its TLS handshake" in gate.log
