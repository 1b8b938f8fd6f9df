"""A folder of revocation lists, as somebody keeps it for Latchkey.

    lists = Crls(home / "crls")
    lists.put(pki.intermediate, alice)    # the CA's list, on which alice's certificate stands
"""
import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

DAY = datetime.timedelta(days=1)


class Crls:
    def __init__(self, path):
        self.path = path
        self.path.mkdir()

    def put(self, issuer, *revoked):
        """The list of this CA, in place of the one that is there; both are identities of support/pki.py."""
        now = datetime.datetime.now(datetime.timezone.utc)
        key = serialization.load_pem_private_key(issuer.key.read_bytes(), None)
        builder = (x509.CertificateRevocationListBuilder().issuer_name(_read(issuer).subject).last_update(now - DAY)
                   .next_update(now + DAY))
        for identity in revoked:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(_read(identity).serial_number).revocation_date(now - DAY).build())
        self.put_octets(f"{issuer.sha256}.crl", builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def put_octets(self, name, octets):
        """Never half a file."""
        (self.path / "draft").write_bytes(octets)
        (self.path / "draft").rename(self.path / name)


def _read(identity):
    return x509.load_pem_x509_certificate(identity.certificate.read_bytes())
