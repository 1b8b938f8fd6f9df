"""OpenPGP certificates as gpg would never make them: every packet by hand (RFC 4880), with P-256, Ed25519 or RSA keys.

    alice = openpgp.Key()
    octets = openpgp.certificate(alice, ["https://party.test"], [openpgp.Subkey(openpgp.Key(), openpgp.AUTHENTICATE)])
"""
import dataclasses
import hashlib
import pathlib
import struct
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

CERTIFY, SIGN, ENCRYPT, AUTHENTICATE = 0x01, 0x02, 0x0C, 0x20
DAY = 86400
# Well before any test, and after it became possible to know SHA-256.
CREATED = 1_577_836_800  # 2020-01-01T00:00:00Z

_SHA256 = 8
_P256 = bytes.fromhex("2a8648ce3d030107")
_ED25519 = bytes.fromhex("2b06010401da470f01")
_POSITIVE, _SUBKEY_BINDING, _BACK, _KEY_REVOCATION, _SUBKEY_REVOCATION, _UID_REVOCATION = 0x13, 0x18, 0x19, 0x20, 0x28, 0x30


def _mpi(octets):
    number = int.from_bytes(octets, "big")
    return struct.pack(">H", number.bit_length()) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def packet(tag, body):
    """A packet in the new format, with a length of one, two or five octets."""
    if len(body) < 192:
        length = bytes([len(body)])
    elif len(body) < 8384:
        length = bytes([192 + ((len(body) - 192) >> 8), (len(body) - 192) & 255])
    else:
        length = b"\xff" + struct.pack(">I", len(body))
    return bytes([0xC0 | tag]) + length + body


class Key:
    """A key pair. `private` is an object of the cryptography library, for TLS."""

    def __init__(self, kind="p256", created=CREATED, pem=None):
        """A new key, or the P-256 key of a PEM file."""
        self.created = created
        if kind == "rsa":
            self.private = rsa.generate_private_key(65537, 2048)
            numbers = self.private.public_key().public_numbers()
            self.algorithm = 1
            self.body = (struct.pack(">BIB", 4, created, 1) + _mpi(numbers.n.to_bytes(256, "big"))
                         + _mpi(numbers.e.to_bytes(3, "big")))
            return
        if pem:
            self.private = serialization.load_pem_private_key(pathlib.Path(pem).read_bytes(), None)
        elif kind == "ed25519":
            self.private = ed25519.Ed25519PrivateKey.generate()
        else:
            self.private = ec.generate_private_key(ec.SECP256R1())
        public = self.private.public_key()
        if kind == "ed25519":
            point = b"\x40" + public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            algorithm, oid = 22, _ED25519
        else:
            point = public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
            algorithm, oid = 19, _P256
        self.algorithm = algorithm
        self.body = struct.pack(">BIBB", 4, created, algorithm, len(oid)) + oid + _mpi(point)

    @property
    def fingerprint(self):
        return hashlib.sha1(self.hashed).hexdigest()

    @property
    def hashed(self):
        return b"\x99" + struct.pack(">H", len(self.body)) + self.body

    def sign(self, digest):
        """The numbers of a signature over a SHA-256 digest: two, or one for RSA."""
        if self.algorithm == 22:
            both = self.private.sign(digest)
            return _mpi(both[:32]) + _mpi(both[32:])
        if self.algorithm == 1:
            return _mpi(self.private.sign(digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256())))
        r, s = utils.decode_dss_signature(self.private.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256()))))
        return _mpi(r.to_bytes(32, "big")) + _mpi(s.to_bytes(32, "big"))


def _subpacket(kind, body):
    return bytes([len(body) + 1, kind]) + body


def signature(signer, kind, over, subpackets=b"", created=None, unhashed=b""):
    """A signature packet of version 4 by `signer` over the octets `over`."""
    created = CREATED if created is None else created
    hashed = _subpacket(33, b"\x04" + bytes.fromhex(signer.fingerprint)) + _subpacket(2, struct.pack(">I", created)) + subpackets
    head = struct.pack(">BBBBH", 4, kind, signer.algorithm, _SHA256, len(hashed)) + hashed
    digest = hashlib.sha256(over + head + b"\x04\xff" + struct.pack(">I", len(head))).digest()
    unhashed = _subpacket(16, bytes.fromhex(signer.fingerprint)[-8:]) + unhashed
    return packet(2, head + struct.pack(">H", len(unhashed)) + unhashed + digest[:2] + signer.sign(digest))


def _flags_and_expiry(flags, lifetime):
    expiry = _subpacket(9, struct.pack(">I", lifetime)) if lifetime else b""
    return _subpacket(27, bytes([flags])) + expiry


@dataclasses.dataclass
class Subkey:
    key: Key
    flags: int
    back_signature: bool = True  # where the flags ask for one
    bound: bool = True
    lifetime: int = 0  # seconds from its creation; 0: for ever
    revoked: bool = False

    def packets(self, primary):
        over = primary.hashed + self.key.hashed
        written = packet(14, self.key.body)
        back = b""
        if self.flags & SIGN and self.back_signature:
            inner = signature(self.key, _BACK, over)
            body = inner[2:] if inner[1] < 192 else inner[3:]
            back = _subpacket(32, body)
        if self.revoked:
            written += signature(primary, _SUBKEY_REVOCATION, over, _subpacket(29, b"\x00"), CREATED + DAY)
        if self.bound:
            written += signature(primary, _SUBKEY_BINDING, over, _flags_and_expiry(self.flags, self.lifetime), unhashed=back)
        return written


def user_id(primary, text, flags=CERTIFY | SIGN, lifetime=0, revoked=False):
    octets = text.encode()
    over = primary.hashed + b"\xb4" + struct.pack(">I", len(octets)) + octets
    written = packet(13, octets)
    if revoked:
        written += signature(primary, _UID_REVOCATION, over, _subpacket(29, b"\x20"), CREATED + DAY)
    return written + signature(primary, _POSITIVE, over, _flags_and_expiry(flags, lifetime))


def certificate(primary, names, subkeys=(), flags=CERTIFY | SIGN, lifetime=0, revoked=False, revoked_names=()):
    """A transferable public key in binary. A name may be the packets of a user ID that was made before."""
    written = packet(6, primary.body)
    if revoked:
        written += signature(primary, _KEY_REVOCATION, primary.hashed, _subpacket(29, b"\x00"), CREATED + DAY)
    for name in names:
        written += user_id(primary, name, flags, lifetime)
    for name in revoked_names:
        written += user_id(primary, name, flags, lifetime, revoked=True)
    return written + b"".join(subkey.packets(primary) for subkey in subkeys)


def seconds_until_yesterday():
    """A lifetime of a key made at CREATED that ended yesterday."""
    return int(time.time()) - DAY - CREATED
