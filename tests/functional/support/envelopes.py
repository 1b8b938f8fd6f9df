"""Envelopes (openpgp-auth/README.md, "The envelope") made here, by Python's cryptography: another hand than the product's."""
import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from support.pki import Identity

OID = x509.ObjectIdentifier("2.25.73607714")


def der_octet_string(octets):
    size = len(octets)
    length = bytes([size]) if size < 128 else bytes([0x81, size]) if size < 256 else b"\x82" + size.to_bytes(2, "big")
    return b"\x04" + length + octets


def content(certificate):
    """The OpenPGP certificate in an envelope, given as PEM."""
    extension = x509.load_pem_x509_certificate(certificate).extensions.get_extension_for_oid(OID).value.value
    return next(extension[start:] for start in (2, 3, 4) if der_octet_string(extension[start:]) == extension)


def make(folder, private, openpgp, name, days=365):
    """An identity with an envelope for a key of the cryptography library: `openpgp` is the certificate inside. It has lasted for 365
    days less those that are left."""
    folder.mkdir()
    now = datetime.datetime.now(datetime.timezone.utc)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
                           "crl_sign", "encipher_only", "decipher_only"), False)
    builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(private.public_key())
               .serial_number(x509.random_serial_number())
               .not_valid_before(now - datetime.timedelta(days=365 - days, hours=1)).not_valid_after(now + datetime.timedelta(days=days))
               .add_extension(x509.BasicConstraints(False, None), True)
               .add_extension(x509.KeyUsage(digital_signature=True, **usage), True)
               .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), False)
               .add_extension(x509.UnrecognizedExtension(OID, der_octet_string(openpgp)), False))
    is_ed25519 = isinstance(private, ed25519.Ed25519PrivateKey)
    certificate = builder.sign(private, None if is_ed25519 else hashes.SHA256())
    made = Identity(name, folder / "key.pem", folder / "certificate.pem", folder / "certificate.pem", True)
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                               serialization.NoEncryption()))
    # The workers of nginx give up root; a CA file must be theirs to read.
    folder.chmod(0o755)
    return made
