"""Certificates for the tests, made by openssl: good ones, and each way in which one can be wrong."""
import base64
import dataclasses
import datetime
import functools
import hashlib
import pathlib
import ssl
import subprocess

HOST = "party.test"
KEYS = {
    "rsa": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "p256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "ed25519": ["ED25519"],
}
DAY = datetime.timedelta(days=1)

# `openssl ca` is the one command that takes the dates of a certificate; this is the least that it wants.
_CONFIGURATION = """
[ca]
default_ca = here
[here]
dir = {folder}
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
x509_extensions = extensions
[any]
commonName = supplied
[extensions]
{extensions}
"""


def fingerprint(pem):
    """SHA-256 of a certificate's DER, in hexadecimal, from its PEM."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"openssl {' '.join(map(str, arguments))}\n{done.stderr}"
    return done.stdout


@dataclasses.dataclass(frozen=True)
class Identity:
    """A key and its certificate, in files."""

    name: str
    key: pathlib.Path
    certificate: pathlib.Path  # this certificate only
    chain: pathlib.Path  # this certificate and those of the CAs below the root
    self_signed: bool

    @property
    def sha256(self):
        return fingerprint(self.certificate.read_text())

    @property
    def key_sha256(self):
        """By which a party's `identity` names the key: of its SubjectPublicKeyInfo."""
        pem = openssl("x509", "-in", self.certificate, "-noout", "-pubkey")
        return hashlib.sha256(base64.b64decode("".join(pem.splitlines()[1:-1]))).hexdigest()


class Pki:
    """A root, an intermediate CA, and what they issue; everything is made when it is first asked for."""

    def __init__(self, folder):
        self._folder = pathlib.Path(folder)

    @functools.cached_property
    def root(self):
        return self._issue("Test root", None, "p256", self._ca_extensions())

    @functools.cached_property
    def unknown_root(self):
        return self._issue("Another root", None, "p256", self._ca_extensions())

    @functools.cached_property
    def intermediate(self):
        return self._issue("Test CA", self.root, "p256", self._ca_extensions(pathlen=0))

    @functools.cache
    def constrained(self, critical, permitted="allowed.test"):
        """A CA that may only issue for `permitted` and the names below it."""
        mark = "critical," if critical else ""
        return self._issue("Constrained CA", self.root, "p256",
                           self._ca_extensions(pathlen=0) + f"\nnameConstraints = {mark}permitted;DNS:{permitted}")

    @functools.cache
    def server(self, case="good", key="p256", host=HOST):
        """A server's identity for `host` that is good, or wrong in the way that `case` names."""
        issuer, days, names, usage = self.intermediate, (-1, 90), f"DNS:{host}", "serverAuth"
        if case == "expired":
            days = (-90, -2)
        elif case == "not-yet-valid":
            days = (2, 90)
        elif case == "self-signed":
            issuer = None
        elif case == "other-name":
            names = "DNS:other.test"
        elif case == "unknown-ca":
            issuer = self.unknown_root
        elif case == "constrained":
            issuer = self.constrained(False)
        elif case == "constrained-critical":
            issuer = self.constrained(True)
        elif case == "permitted-critical":
            issuer = self.constrained(True, permitted=host)
        elif case == "no-server-eku":
            usage = "clientAuth"
        else:
            assert case == "good", case
        extensions = (f"basicConstraints = critical,CA:false\nkeyUsage = critical,digitalSignature,keyEncipherment\n"
                      f"extendedKeyUsage = {usage}\nsubjectAltName = {names}")
        return self._issue(host, issuer, key, extensions, days)

    @functools.cache
    def client(self, key="p256"):
        """A client's identity, self-signed as a token's is; its key is a file."""
        extensions = ("basicConstraints = critical,CA:false\nkeyUsage = critical,digitalSignature\n"
                      "extendedKeyUsage = clientAuth")
        return self._issue(f"client {key}", None, key, extensions)

    @functools.cache
    def person(self, mail="alice@example.org", case="good", key="p256", names=""):
        """A client's identity that a CA vouches for: good, or wrong in the way that `case` names."""
        issuer, days, usage = self.intermediate, (-1, 90), "clientAuth"
        if case == "expired":
            days = (-90, -2)
        elif case == "unknown-ca":
            issuer = self.unknown_root
        elif case == "no-client-eku":
            usage = "serverAuth"
        elif case == "self-signed":
            issuer = None
        else:
            assert case == "good", case
        names = names or f"email:{mail}"
        extensions = (f"basicConstraints = critical,CA:false\nkeyUsage = critical,digitalSignature\n"
                      f"extendedKeyUsage = {usage}\nsubjectAltName = {names}")
        return self._issue(mail.partition("@")[0], issuer, key, extensions, days)

    @staticmethod
    def _ca_extensions(pathlen=None):
        length = "" if pathlen is None else f",pathlen:{pathlen}"
        return f"basicConstraints = critical,CA:true{length}\nkeyUsage = critical,keyCertSign,cRLSign"

    def _issue(self, name, issuer, key, extensions, days=(-1, 90)):
        folder = self._folder / str(len(list(self._folder.iterdir())))
        folder.mkdir()
        (folder / "index").touch()
        configuration = folder / "ca.conf"
        configuration.write_text(_CONFIGURATION.format(
            folder=folder, extensions=extensions + "\nsubjectKeyIdentifier = hash"))
        made = Identity(name, folder / "key.pem", folder / "certificate.pem", folder / "chain.pem", issuer is None)
        openssl("genpkey", "-algorithm", *KEYS[key], "-out", made.key)
        openssl("req", "-new", "-key", made.key, "-subj", f"/CN={name}", "-out", folder / "request")
        signer = ["-selfsign", "-keyfile", made.key] if issuer is None else [
            "-cert", issuer.certificate, "-keyfile", issuer.key]
        start, end = ((datetime.datetime.now(datetime.timezone.utc) + DAY * offset).strftime("%Y%m%d%H%M%SZ")
                      for offset in days)
        openssl("ca", "-batch", "-notext", "-config", configuration, *signer, "-in", folder / "request",
                "-startdate", start, "-enddate", end, "-out", made.certificate)
        above = "" if issuer is None or issuer.self_signed else issuer.chain.read_text()
        made.chain.write_text(made.certificate.read_text() + above)
        return made
