"""A TLS 1.3 server (RFC 8446) that asks for a certificate and lists the signature schemes it is told to list.

It is for what no TLS library's server does: take rsa_pkcs1_sha256_legacy (RFC 9963) from a client, or not ed25519. One cipher suite,
one flight, no resumption, one HTTP answer a connection; the client's signature is checked, and what came of it is
printed, one line a connection:

    verified SCHEME SHA-256-OF-CERTIFICATE      the client's CertificateVerify and Finished are good
    anonymous                                   it sent no certificate
    alert NUMBER                                it ended the handshake
    failed REASON                               it did something wrong

Called with: PORT CHAIN KEY SCHEME[,SCHEME...] [MESSAGE], the schemes in hexadecimal. A MESSAGE, also in hexadecimal, is the handshake
message that a client gets in place of the answer; "none" ends the connection without a word, close_notify included.
"""
import hashlib
import hmac
import os
import pathlib
import socket
import ssl
import struct
import sys

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION = 20, 21, 22, 23
CLIENT_HELLO, SERVER_HELLO, ENCRYPTED_EXTENSIONS = 1, 2, 8
CERTIFICATE, CERTIFICATE_REQUEST, CERTIFICATE_VERIFY, FINISHED = 11, 13, 15, 20
SIGNATURE_ALGORITHMS, SUPPORTED_VERSIONS, KEY_SHARE = 13, 43, 51
X25519, P256 = 0x001D, 0x0017
AES_128_GCM_SHA256 = b"\x13\x01"
EMPTY_HASH = hashlib.sha256(b"").digest()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 19\r\nConnection: close\r\n\r\nthe party's answer\n"
ED25519 = 0x0807
PADDINGS = {0x0420: padding.PKCS1v15(), 0x0804: padding.PSS(padding.MGF1(hashes.SHA256()), 32)}


class Alerted(Exception):
    """The client sent an alert."""


def vector(data, length_bytes):
    return len(data).to_bytes(length_bytes, "big") + data


def expand(secret, label, context, length):
    """HKDF-Expand-Label of section 7.1."""
    info = struct.pack("!H", length) + vector(b"tls13 " + label, 1) + vector(context, 1)
    return HKDFExpand(hashes.SHA256(), length, info).derive(secret)


def extract(salt, secret):
    return hmac.digest(salt, secret, "sha256")


class Direction:
    """The keys of one direction (section 7.3) and the number of its next record."""

    def __init__(self, secret):
        self.secret = secret
        self._key = AESGCM(expand(secret, b"key", b"", 16))
        self._iv = int.from_bytes(expand(secret, b"iv", b"", 12), "big")
        self._number = -1

    def _nonce(self):
        self._number += 1
        return (self._iv ^ self._number).to_bytes(12, "big")

    def seal(self, kind, content):
        header = bytes([APPLICATION, 3, 3]) + struct.pack("!H", len(content) + 17)
        return header + self._key.encrypt(self._nonce(), content + bytes([kind]), header)

    def open(self, header, record):
        content = self._key.decrypt(self._nonce(), record, header).rstrip(b"\0")
        return content[-1], content[:-1]

    def finished(self, transcript):
        return hmac.digest(expand(self.secret, b"finished", b"", 32), transcript, "sha256")


class Connection:
    """One client. `run` returns the line that tells of it."""

    def __init__(self, stream, chain, key, schemes, late):
        self._stream = stream
        self._late = late
        self._chain = chain
        self._key = key
        self._schemes = schemes
        self._transcript = hashlib.sha256()
        self._reads = self._writes = None
        self._messages = b""

    # --- records and messages ---

    def _receive(self, count):
        data = b""
        while len(data) < count:
            piece = self._stream.recv(count - len(data))
            if not piece:
                raise EOFError("the client closed")
            data += piece
        return data

    def _record(self):
        while True:
            header = self._receive(5)
            kind, content = header[0], self._receive(int.from_bytes(header[3:], "big"))
            if kind == CHANGE_CIPHER_SPEC:
                continue
            if self._reads and kind == APPLICATION:
                kind, content = self._reads.open(header, content)
            if kind == ALERT:
                raise Alerted(content[1])
            return kind, content

    def _message(self, expected):
        while len(self._messages) < 4 or len(self._messages) < 4 + int.from_bytes(self._messages[1:4], "big"):
            kind, content = self._record()
            assert kind == HANDSHAKE, f"a record of type {kind}"
            self._messages += content
        end = 4 + int.from_bytes(self._messages[1:4], "big")
        message, self._messages = self._messages[:end], self._messages[end:]
        assert message[0] == expected, f"message {message[0]} in place of {expected}"
        return message

    def _take(self, expected):
        message = self._message(expected)
        self._transcript.update(message)
        return message[4:]

    def _put(self, kind, body):
        message = bytes([kind]) + vector(body, 3)
        self._transcript.update(message)
        record = self._writes.seal(HANDSHAKE, message) if self._writes else b"\x16\x03\x03" + vector(message, 2)
        self._stream.sendall(record)

    def _hash(self):
        return self._transcript.copy().digest()

    # --- the handshake ---

    def _agree(self, hello):
        """ServerHello, and the handshake's secret: from a ClientHello's body."""
        at = 34 + 1 + hello[34]
        session = hello[34:at]
        at += 2 + int.from_bytes(hello[at:at + 2], "big")
        at += 1 + hello[at] + 2
        shares = {}
        while at < len(hello):
            kind, length = struct.unpack("!HH", hello[at:at + 4])
            if kind == KEY_SHARE:
                shares = self._shares(hello[at + 6:at + 4 + length])
            at += 4 + length
        if X25519 in shares:
            group, ours = X25519, x25519.X25519PrivateKey.generate()
            secret = ours.exchange(x25519.X25519PublicKey.from_public_bytes(shares[X25519]))
            share = ours.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        else:
            group, ours = P256, ec.generate_private_key(ec.SECP256R1())
            theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), shares[P256])
            secret = ours.exchange(ec.ECDH(), theirs)
            share = ours.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        extensions = struct.pack("!HHH", SUPPORTED_VERSIONS, 2, 0x0304)
        extensions += struct.pack("!HH", KEY_SHARE, 4 + len(share)) + struct.pack("!H", group) + vector(share, 2)
        self._put(SERVER_HELLO, b"\x03\x03" + os.urandom(32) + session + AES_128_GCM_SHA256 + b"\0" + vector(extensions, 2))
        return secret

    @staticmethod
    def _shares(entries):
        shares, at = {}, 0
        while at < len(entries):
            group, length = struct.unpack("!HH", entries[at:at + 4])
            shares[group] = entries[at + 4:at + 4 + length]
            at += 4 + length
        return shares

    @staticmethod
    def _signed(role, transcript):
        return b" " * 64 + b"TLS 1.3, " + role + b" CertificateVerify\0" + transcript

    def _prove(self):
        """From EncryptedExtensions to our Finished."""
        self._put(ENCRYPTED_EXTENSIONS, vector(b"", 2))
        schemes = vector(b"".join(struct.pack("!H", scheme) for scheme in self._schemes), 2)
        request = struct.pack("!H", SIGNATURE_ALGORITHMS) + vector(schemes, 2)
        self._put(CERTIFICATE_REQUEST, b"\0" + vector(request, 2))
        self._put(CERTIFICATE, b"\0" + vector(b"".join(vector(der, 3) + vector(b"", 2) for der in self._chain), 3))
        signature = self._key.sign(self._signed(b"server", self._hash()), ec.ECDSA(hashes.SHA256()))
        self._put(CERTIFICATE_VERIFY, struct.pack("!H", 0x0403) + vector(signature, 2))
        self._put(FINISHED, self._writes.finished(self._hash()))

    def _check_client(self):
        """Its Certificate, CertificateVerify and Finished; what is to be said of it."""
        body = self._take(CERTIFICATE)
        said = "anonymous"
        if int.from_bytes(body[1:4], "big"):
            der = body[7:7 + int.from_bytes(body[4:7], "big")]
            transcript = self._hash()
            verify = self._take(CERTIFICATE_VERIFY)
            scheme = int.from_bytes(verify[:2], "big")
            assert scheme in self._schemes, f"signed with {scheme:04x}, which was not listed"
            key = x509.load_der_x509_certificate(der).public_key()
            how = [] if scheme == ED25519 else [PADDINGS[scheme], hashes.SHA256()]
            key.verify(verify[4:], self._signed(b"client", transcript), *how)
            said = f"verified {scheme:04x} {hashlib.sha256(der).hexdigest()}"
        wanted = self._reads.finished(self._hash())
        assert hmac.compare_digest(self._message(FINISHED)[4:], wanted), "a wrong Finished"
        return said

    def _end(self):
        if self._late == "none":
            return b""
        if self._late:
            return self._writes.seal(HANDSHAKE, bytes.fromhex(self._late))
        return self._writes.seal(APPLICATION, ANSWER) + self._writes.seal(ALERT, b"\x01\x00")

    def run(self):
        self._messages = b""
        shared = self._agree(self._take(CLIENT_HELLO))
        early = extract(bytes(32), bytes(32))
        handshake = extract(expand(early, b"derived", EMPTY_HASH, 32), shared)
        transcript = self._hash()
        self._reads = Direction(expand(handshake, b"c hs traffic", transcript, 32))
        self._writes = Direction(expand(handshake, b"s hs traffic", transcript, 32))
        self._prove()
        master = extract(expand(handshake, b"derived", EMPTY_HASH, 32), bytes(32))
        transcript = self._hash()
        said = self._check_client()
        self._reads = Direction(expand(master, b"c ap traffic", transcript, 32))
        self._writes = Direction(expand(master, b"s ap traffic", transcript, 32))
        self._record()
        self._stream.sendall(self._end())
        if self._late:  # what is left unread would reset the connection
            self._stream.shutdown(socket.SHUT_WR)
            while self._stream.recv(65536):
                pass
        return said


def main(port, chain, key, schemes, late=""):
    text = pathlib.Path(chain).read_text()
    end = "-----END CERTIFICATE-----\n"
    ders = [ssl.PEM_cert_to_DER_cert(part + end) for part in text.split(end) if part.strip()]
    private = serialization.load_pem_private_key(pathlib.Path(key).read_bytes(), None)
    listener = socket.create_server(("127.0.0.1", int(port)))
    while True:
        stream, _ = listener.accept()
        stream.settimeout(30)
        with stream:
            try:
                said = Connection(stream, ders, private, [int(scheme, 16) for scheme in schemes.split(",")], late).run()
            except Alerted as alert:
                said = f"alert {alert}"
            except (AssertionError, EOFError, InvalidSignature, KeyError, OSError, ValueError) as error:
                said = f"failed {type(error).__name__} {error}"
            print(said, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
