"""A server that answers a ClientHello with what no TLS library would send.

It is a socket of the test's own. Every connection is read up to the ClientHello, answered with the octets that the server
was made for, and read until the client ends it.
"""
import os
import socketserver
import struct

from support.on_thread import OnThread

HELLO_RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
DOWNGRADED = b"DOWNGRD\x01"  # the end of a random that says: I could have done TLS 1.3 (RFC 8446, section 4.1.3)
HANDSHAKE = 22
ECDHE_ECDSA_AES128_GCM = 0xC02B


def vector(data, length_octets):
    return len(data).to_bytes(length_octets, "big") + data


def record(kind, data, version=0x0303):
    return struct.pack("!BH", kind, version) + vector(data, 2)


def extension(kind, data):
    return struct.pack("!H", kind) + vector(data, 2)


def key_share(group, share):
    return extension(51, struct.pack("!H", group) + vector(share, 2))


TLS13 = extension(43, b"\x03\x04")


def server_hello(session, version=0x0303, random=None, suite=ECDHE_ECDSA_AES128_GCM, compression=0, extensions=b""):
    """A record with a ServerHello; `session` is the client's session id, which TLS 1.3 wants back."""
    body = struct.pack("!H", version) + (random or os.urandom(32)) + vector(session, 1) + struct.pack("!HB", suite, compression)
    return record(HANDSHAKE, b"\x02" + vector(body + (vector(extensions, 2) if extensions else b""), 3), min(version, 0x0303))


class RawServer(OnThread, socketserver.TCPServer):
    """`answer(session)` makes the octets that a client gets for its ClientHello; b"" closes at once.

    With `greets` they are sent before the client has said anything.
    """

    name = "raw server"

    def __init__(self, answer, greets=False):
        super().__init__(("127.0.0.1", 0), _Connection)
        self.answer = answer
        self.greets = greets
        self.port = self.server_address[1]

    @staticmethod
    def was_shown_a_certificate():
        """Nobody can show it one: no handshake gets that far."""
        return False


class _Connection(socketserver.StreamRequestHandler):
    timeout = 20

    def handle(self):
        session = b""
        if not self.server.greets:
            hello = self.rfile.read(int.from_bytes(self.rfile.read(5)[3:], "big"))
            if len(hello) < 39:
                return
            session = hello[39:39 + hello[38]]
        octets = self.server.answer(session)
        self.wfile.write(octets)
        if octets:  # until the client ends it; who greets leaves when the answer is none of its protocol's
            self.rfile.read(1 if self.server.greets else -1)
