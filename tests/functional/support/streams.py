"""A program's own side of a tunnel: a connection through the proxy that carries any bytes at all."""
import socket
import ssl
import struct


def send(port, request):
    """A connection to the proxy at `port` on which a request is under way; nothing is waited for."""
    stream = socket.create_connection(("127.0.0.1", port), timeout=60)
    stream.sendall(request.encode())
    return stream


def ask(port, host, target):
    """The same for a CONNECT to host:target."""
    return send(port, f"CONNECT {host}:{target} HTTP/1.1\r\nHost: {host}:{target}\r\n\r\n")


def rest(stream):
    """What still comes, up to the end of the stream, however that ends; within TLS also without close_notify."""
    received = b""
    try:
        while data := stream.recv(65536):
            received += data
    except (ConnectionError, ssl.SSLError):
        pass
    return received


def ended(stream, seconds=20):
    """Does it end within that time, without a further octet?"""
    stream.settimeout(seconds)
    try:
        return stream.recv(1) == b""
    except ConnectionError:
        return True


def head(stream):
    """An answer's status line and header, and not one octet more."""
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        octet = stream.recv(1)
        assert octet, f"closed after {answer!r}"
        answer += octet
    return answer


def connect(port, host, target):
    """An HTTP CONNECT to host:target through the proxy at `port`; the socket behind the answer's last byte."""
    stream = ask(port, host, target)
    status = int(head(stream).split()[1])
    if status != 200:
        body = b"".join(iter(lambda: stream.recv(65536), b""))
        stream.close()
        raise ConnectionRefusedError(status, body.decode(errors="replace"))
    return stream


def socks5(port, host, target):
    """The same by SOCKS5 with a name (RFC 1928)."""
    stream = socket.create_connection(("127.0.0.1", port), timeout=60)
    stream.sendall(b"\x05\x01\x00")
    assert _exactly(stream, 2) == b"\x05\x00"
    stream.sendall(b"\x05\x01\x00\x03" + bytes([len(host)]) + host.encode() + struct.pack(">H", target))
    version, reply, _, kind = _exactly(stream, 4)
    assert version == 5
    length = {1: 4, 4: 16}[kind]
    _exactly(stream, length + 2)
    if reply != 0:
        stream.close()
        raise ConnectionRefusedError(reply, "SOCKS5")
    return stream


def socks4a(port, host, target):
    """The same by SOCKS4a."""
    stream = socket.create_connection(("127.0.0.1", port), timeout=60)
    stream.sendall(b"\x04\x01" + struct.pack(">H", target) + b"\x00\x00\x00\x01" + b"user\x00" + host.encode() + b"\x00")
    reply = _exactly(stream, 8)[1]
    if reply != 0x5A:
        stream.close()
        raise ConnectionRefusedError(reply, "SOCKS4a")
    return stream


WAYS = {"connect": connect, "socks5": socks5, "socks4a": socks4a}


def _exactly(stream, count):
    data = b""
    while len(data) < count:
        piece = stream.recv(count - len(data))
        assert piece, f"closed after {data!r}"
        data += piece
    return data
