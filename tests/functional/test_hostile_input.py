"""Input that is no HTTP ends in a clear error on its own connection, and the next one is served as if nothing had been."""
import os
import socket
import struct

import pytest

from support import clients

OTHERS = {
    "tls on the port": bytes.fromhex("16030100c8010000c40303") + bytes(200),
    "noise": os.urandom(4096),
    "an HTTP header without end": b"GET http://demo.latchkey.test/ HTTP/1.1\r\n" + b"A: b\r\n" * 100_000,
    "socks5 without methods": b"\x05\x00",
    "socks5 with methods we lack": b"\x05\x01\x01",
    "socks5 of an unknown address type": b"\x05\x01\x00" + b"\x05\x01\x00\x09" + bytes(20),
    "socks5 with an empty name": b"\x05\x01\x00" + b"\x05\x01\x00\x03\x00\x00\x50",
    "socks4 without an end": b"\x04\x01\x00\x50\x7f\x00\x00\x01" + b"u" * 100_000,
    "socks4 bind": b"\x04\x02" + struct.pack(">H", 80) + b"\x7f\x00\x00\x01u\x00",
}


def told(port, data):
    """Everything that the port says to `data` before it closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as stream:
        try:
            stream.sendall(data)
        except OSError:
            pass  # closed while we were still talking
        answer = b""
        try:
            while piece := stream.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
    return answer


def is_served(proxy):
    return clients.curl("http://demo.latchkey.test/", port=proxy.port).status == 200


@pytest.mark.parametrize("case", OTHERS)
def test_other_noise_is_closed(module_proxy, case):
    answer = told(module_proxy.port, OTHERS[case])
    assert b"200" not in answer[:20]
    assert is_served(module_proxy)


def test_the_errors_did_not_stop_the_proxy(module_proxy):
    assert module_proxy.process.poll() is None
    assert module_proxy.status()["armed"]
