"""The private keys: which algorithms there are, how a key is made, imported and read, and what it computes.

RSA is computed on bare numbers, because a card is handed the DigestInfo and not the message.
"""
import dataclasses
import hashlib

from apdu import NOT_FOUND, WRONG_DATA, Refused
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, utils, x25519
import tlv

RSA, ECDH, ECDSA, EDDSA = 0x01, 0x12, 0x13, 0x16
PUBLIC_EXPONENT = 65537
_CURVES = {
    bytes.fromhex("2A8648CE3D030107"): ec.SECP256R1(),
    bytes.fromhex("2B81040022"): ec.SECP384R1(),
}
_ED25519 = bytes.fromhex("2B06010401DA470F01")
_X25519 = bytes.fromhex("2B060104019755010501")
_DIGESTS = {20: hashes.SHA1(), 28: hashes.SHA224(), 32: hashes.SHA256(), 48: hashes.SHA384(), 64: hashes.SHA512()}
_PLAIN = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)
_POINT = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)

RSA_2048 = bytes([RSA]) + (2048).to_bytes(2) + (32).to_bytes(2) + b"\x00"


def choices(slot):
    """The algorithm attributes (OpenPGP card 3.4, section 4.4.3.9) that a slot can be set to."""
    curve_algorithm = ECDH if slot == "decrypt" else ECDSA
    modern = bytes([ECDH]) + _X25519 if slot == "decrypt" else bytes([EDDSA]) + _ED25519
    return [RSA_2048, *(bytes([curve_algorithm]) + oid for oid in _CURVES), modern]


def normal_attributes(slot, written):
    """One of `choices` that the written attributes mean: a last octet that says how a key is imported is optional."""
    for choice in choices(slot):
        same = (choice, choice[:-1]) if choice[0] == RSA else (choice, choice + b"\xff", choice + b"\x00")
        if written in same:
            return choice
    raise Refused(WRONG_DATA)


@dataclasses.dataclass(frozen=True)
class Key:
    """A private key of the `cryptography` package and the attributes under which the card holds it."""

    attributes: bytes
    private: object

    @property
    def public_objects(self):
        """What stands inside 7F49."""
        public = self.private.public_key()
        if self.attributes[0] == RSA:
            numbers = public.public_numbers()
            return tlv.encode(0x81, numbers.n.to_bytes(256)) + tlv.encode(0x82, numbers.e.to_bytes(3))
        return tlv.encode(0x86, self._point)

    @property
    def _point(self):
        public = self.private.public_key()
        return public.public_bytes(*(_POINT if isinstance(public, ec.EllipticCurvePublicKey) else _PLAIN))

    def sign(self, data):
        """Of a DigestInfo (RSA, RFC 8017, section 9.2), a digest (ECDSA: r and s at full length) or a message (Ed25519)."""
        if self.attributes[0] == RSA:
            return self._rsa_sign(data)
        if isinstance(self.private, ed25519.Ed25519PrivateKey):
            return self.private.sign(data)
        if len(data) not in _DIGESTS or not isinstance(self.private, ec.EllipticCurvePrivateKey):
            raise Refused(WRONG_DATA)
        signature = self.private.sign(data, ec.ECDSA(utils.Prehashed(_DIGESTS[len(data)])))
        size = (self.private.curve.key_size + 7) // 8
        return b"".join(number.to_bytes(size) for number in utils.decode_dss_signature(signature))

    def _rsa_sign(self, digest_info):
        filler = 256 - 3 - len(digest_info)
        if filler < 8:
            raise Refused(WRONG_DATA)
        return self._rsa_raw(b"\x00\x01" + b"\xff" * filler + b"\x00" + digest_info)

    def _rsa_raw(self, block):
        numbers = self.private.private_numbers()
        value, p, q = int.from_bytes(block), numbers.p, numbers.q
        by_q = pow(value, numbers.dmq1, q)
        by_p = pow(value, numbers.dmp1, p)
        return (by_q + (by_p - by_q) * numbers.iqmp % p * q).to_bytes(256)

    def decrypt(self, data):
        """Of what PSO: DECIPHER is given (section 7.2.11): an RSA cryptogram, or the other side's point."""
        if self.attributes[0] == RSA:
            if len(data) != 257 or data[0] != 0:
                raise Refused(WRONG_DATA)
            block = self._rsa_raw(data[1:])
            end = block.find(b"\x00", 2)
            if block[:2] != b"\x00\x02" or end < 10:
                raise Refused(WRONG_DATA)
            return block[end + 1:]
        point = _inside(data, 0xA6, 0x7F49, 0x86)
        try:
            if isinstance(self.private, x25519.X25519PrivateKey):
                return self.private.exchange(x25519.X25519PublicKey.from_public_bytes(point))
            return self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(self.private.curve, point))
        except ValueError:
            raise Refused(WRONG_DATA) from None

    def fingerprint(self, created):
        """Of the OpenPGP key that this would be (RFC 4880, section 12.2; RFC 6637, section 9 for ECDH's parameters)."""
        algorithm = {RSA: 1, ECDH: 18, ECDSA: 19, EDDSA: 22}[self.attributes[0]]
        if algorithm == 1:
            numbers = self.private.public_key().public_numbers()
            material = _mpi(numbers.n.to_bytes(256)) + _mpi(numbers.e.to_bytes(3))
        else:
            oid = self.attributes[1:]
            prefix = b"" if isinstance(self.private, ec.EllipticCurvePrivateKey) else b"\x40"
            material = bytes([len(oid)]) + oid + _mpi(prefix + self._point) + (b"\x03\x01\x08\x07" if algorithm == 18 else b"")
        body = b"\x04" + created.to_bytes(4) + bytes([algorithm]) + material
        return hashlib.sha1(b"\x99" + len(body).to_bytes(2) + body).digest()


def _mpi(octets):
    octets = octets.lstrip(b"\x00")
    return (len(octets) * 8 - 8 + octets[0].bit_length()).to_bytes(2) + octets


def _inside(data, *tags):
    """The value at the end of a path of tags."""
    for tag in tags:
        try:
            data = dict(tlv.decode(data))[tag]
        except (tlv.Malformed, KeyError):
            raise Refused(WRONG_DATA) from None
    return data


def generate(attributes):
    algorithm, curve = attributes[0], attributes[1:]
    if algorithm == RSA:
        return Key(attributes, rsa.generate_private_key(PUBLIC_EXPONENT, 2048))
    if curve in _CURVES:
        return Key(attributes, ec.generate_private_key(_CURVES[curve]))
    kind = x25519.X25519PrivateKey if algorithm == ECDH else ed25519.Ed25519PrivateKey
    return Key(attributes, kind.generate())


def from_parts(attributes, parts):
    """The key that 7F48 and 5F48 bring: `parts` is a dictionary of tags 91 to 99 (section 4.4.3.12)."""
    algorithm, curve = attributes[0], attributes[1:]
    try:
        if algorithm == RSA:
            return Key(attributes, _rsa_from_parts(*(int.from_bytes(parts[tag]) for tag in (0x91, 0x92, 0x93))))
        secret = parts[0x92]
        if curve in _CURVES:
            return Key(attributes, ec.derive_private_key(int.from_bytes(secret), _CURVES[curve]))
        if algorithm == ECDH:  # GnuPG's order of octets is the other way round than RFC 7748's
            return Key(attributes, x25519.X25519PrivateKey.from_private_bytes(secret.rjust(32, b"\x00")[::-1]))
        return Key(attributes, ed25519.Ed25519PrivateKey.from_private_bytes(secret.rjust(32, b"\x00")))
    except (KeyError, ValueError):
        raise Refused(WRONG_DATA) from None


def _rsa_from_parts(e, p, q):
    d = pow(e, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p),
                                 rsa.RSAPublicNumbers(e, p * q)).private_key()


def from_pem(slot, pem):
    """A key from a file, for a test that needs a card which holds just that one."""
    private = serialization.load_pem_private_key(pem, None)
    if isinstance(private, rsa.RSAPrivateKey):
        attributes = RSA_2048
    elif isinstance(private, ec.EllipticCurvePrivateKey):
        oid = next(oid for oid, curve in _CURVES.items() if curve.name == private.curve.name)
        attributes = bytes([ECDH if slot == "decrypt" else ECDSA]) + oid
    else:
        attributes = choices(slot)[-1]
    return Key(attributes, private)


def require(key):
    if key is None:
        raise Refused(NOT_FOUND)
    return key
