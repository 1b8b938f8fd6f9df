#!/usr/bin/python3
"""A party for tests of byte-exactness, in a process of its own: byte_server.py PORT [CHAIN KEY VERSION...]

Without a certificate it speaks plain TCP.

The first line of a connection says what it wants:
    sink [N]        N bytes, else everything up to the end of stream, are read; answered with "COUNT SHA256\n"
    slow-sink [N]   the same, 64 KiB at a time with a pause between
    source N [W]    N bytes of the pattern are sent, in writes of W if that is given, then the end of stream
    echo            what comes is sent back; the end of stream too
"""
import hashlib
import socket
import ssl
import sys
import threading
import time

BLOCK = 65536


def pattern_block():
    """Bytes that do not repeat at any power of two, so that a lost or doubled buffer changes the digest."""
    return b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(31253))[:1000003]


PATTERN = pattern_block()


def pattern(count):
    """The first `count` bytes of the endless pattern, in pieces."""
    while count > 0:
        piece = PATTERN[:count] if count < len(PATTERN) else PATTERN
        yield piece
        count -= len(piece)


def send_pattern(connection, count, write_bytes=0):
    """The pattern's first `count` bytes, in writes of exactly `write_bytes` if that is given."""
    rest = b""
    for piece in pattern(count):
        view = memoryview(rest + piece)
        step = write_bytes or len(view)
        whole = len(view) - len(view) % step
        for start in range(0, whole, step):
            connection.sendall(view[start:start + step])
        rest = bytes(view[whole:])
    if rest:
        connection.sendall(rest)


def digest_of_pattern(count):
    digest = hashlib.sha256()
    for piece in pattern(count):
        digest.update(piece)
    return digest.hexdigest()


def _line(connection):
    line = b""
    while not line.endswith(b"\n") and len(line) < 100:
        octet = connection.recv(1)
        if not octet:
            break
        line += octet
    return line.decode().split()


def _sink(connection, pause, wanted=sys.maxsize):
    digest, count = hashlib.sha256(), 0
    while count < wanted and (data := connection.recv(min(BLOCK, wanted - count))):
        digest.update(data)
        count += len(data)
        if pause:
            time.sleep(pause)  # a reader that is slow is what is tested
    connection.sendall(f"{count} {digest.hexdigest()}\n".encode())


def _echo(connection):
    while data := connection.recv(BLOCK):
        connection.sendall(data)


def serve(connection):
    with connection:
        wish, *rest = _line(connection) or [""]
        if wish in ("sink", "slow-sink"):
            _sink(connection, 0.002 if wish == "slow-sink" else 0, *map(int, rest))
        elif wish == "source":
            send_pattern(connection, *map(int, rest))
        elif wish == "echo":
            _echo(connection)
        # The end of stream, as TLS says it: close_notify.
        if isinstance(connection, ssl.SSLSocket):
            connection.unwrap()


def tls(chain, key, *versions):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    context.minimum_version = getattr(ssl.TLSVersion, "TLSv" + min(versions).replace(".", "_"))
    context.maximum_version = getattr(ssl.TLSVersion, "TLSv" + max(versions).replace(".", "_"))
    return context


def main(port, *identity):
    context = tls(*identity) if identity else None
    listener = socket.create_server(("127.0.0.1", int(port)), backlog=512)

    def handle(raw):
        try:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            serve(context.wrap_socket(raw, server_side=True) if context else raw)
        except OSError as error:
            print(error, flush=True)
            raw.close()

    while True:
        raw, _ = listener.accept()
        threading.Thread(target=handle, args=(raw,), daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
