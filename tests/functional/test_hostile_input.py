"""Bad input ends in a clear error on its own connection, and the next one is served as if nothing had been."""
import os
import socket
import struct

import pytest

from support import clients

HTTP = {
    "no version": b"GET http://demo.latchkey.test/\r\n\r\n",
    "http/0.9": b"GET /\r\n\r\n",
    "http/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "unknown version": b"GET http://demo.latchkey.test/ HTTP/3.0\r\n\r\n",
    "two hosts": b"GET http://demo.latchkey.test/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "userinfo": b"GET http://jo@demo.latchkey.test/ HTTP/1.1\r\nHost: x\r\n\r\n",
    "bad port": b"CONNECT demo.latchkey.test:99999 HTTP/1.1\r\n\r\n",
    "no port": b"CONNECT demo.latchkey.test HTTP/1.1\r\n\r\n",
    "transfer-encoding and length": b"POST http://demo.latchkey.test/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                                    b"Content-Length: 3\r\n\r\n0\r\n\r\n",
    "two lengths": b"POST http://demo.latchkey.test/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "signed length": b"POST http://demo.latchkey.test/ HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na",
    "odd coding": b"POST http://demo.latchkey.test/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "folded header": b"GET http://demo.latchkey.test/ HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
    "bare line feeds": b"GET http://demo.latchkey.test/ HTTP/1.1\nHost: x\n\n",
    "nul": b"GET http://demo.latchkey.test/ HTTP/1.1\r\nHost: x\r\nA: \x00\r\n\r\n",
    "space before the colon": b"GET http://demo.latchkey.test/ HTTP/1.1\r\nHost : x\r\n\r\n",
    "numbers as address": b"GET http://0x7f.1/ HTTP/1.1\r\nHost: x\r\n\r\n",
    "header without end": b"GET http://demo.latchkey.test/ HTTP/1.1\r\n" + b"A: b\r\n" * 100_000,
}
OTHERS = {
    "tls on the port": bytes.fromhex("16030100c8010000c40303") + bytes(200),
    "noise": os.urandom(4096),
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


@pytest.mark.parametrize("case", HTTP)
def test_bad_http_gets_an_error_and_nothing_else(module_proxy, case):
    answer = told(module_proxy.port, HTTP[case])
    if answer or case not in ("http/2", "http/0.9"):
        assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5")), answer[:200]
        assert answer.count(b"HTTP/1.1 ") == 1
    assert is_served(module_proxy)


@pytest.mark.parametrize("case", OTHERS)
def test_other_noise_is_closed(module_proxy, case):
    answer = told(module_proxy.port, OTHERS[case])
    assert b"200" not in answer[:20]
    assert is_served(module_proxy)


def test_the_errors_did_not_stop_the_proxy(module_proxy):
    assert module_proxy.process.poll() is None
    assert module_proxy.status()["armed"]
