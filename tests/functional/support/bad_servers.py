"""Servers with which something is wrong, each in one way. All of them are `party.test`.

Certificates come from Python's cryptography (support/chains.py) and are shown by `openssl s_server`, which is told to
have no scruples; what no library sends comes from support/raw_server.py.
"""
import dataclasses
import datetime
import functools
import pathlib
from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from support import raw_server, servers
from support.chains import CLIENT, constraints, dns, holder, ip, issue, pem, raw_dns, unknown
from support.pki import HOST, Identity
from support.raw_server import RawServer, TLS13, extension, key_share, record, server_hello

DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.utcnow().replace(microsecond=0)
GOOD = (NOW - 10 * DAY, NOW + 80 * DAY)
CA_GOOD = (NOW - 400 * DAY, NOW + 4000 * DAY)
PAST = (NOW - 90 * DAY, NOW - 2 * DAY)
FUTURE = (NOW + 2 * DAY, NOW + 90 * DAY)


class LaxServer(servers.OpensslServer):
    """s_server that shows anything and agrees to anything: what is wrong is the client's to find."""

    def __init__(self, identity, *more, tls=servers.VERSIONS, level=0):
        ciphers = [] if "-cipher" in more else ["-cipher", f"DEFAULT:@SECLEVEL={level}"]
        super().__init__(identity, tls, require=False, more=[*ciphers, *more])


@dataclasses.dataclass(frozen=True)
class Bad:
    """One kind of bad server: what is wrong with it, how it is made, and words of the sentence that refuses it."""
    what: str
    make: Callable
    says: str


def running(world, stack, kinds):
    """Starts a server of each kind; by what is wrong with it."""
    return {kind.what: stack.enter_context(kind.make(world)) for kind in kinds}


class World:
    """The CAs, and files for what they issue. `root` is the only one that is trusted; `crls` is a folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.root = holder("Root")
        self.root_certificate = issue(self.root, self.root, ca=True, valid=CA_GOOD)
        self.root_file = self.folder / "root.pem"
        self.root_file.write_bytes(pem(self.root_certificate))
        self.middle = holder("Middle")
        self.middle_certificate = self.ca(self.middle)
        self.crls = self.folder / "crls"
        self.crls.mkdir()
        self.local_ca = None

    def ca(self, subject, issuer=None, **how):
        return issue(subject, issuer or self.root, ca=True, **({"valid": CA_GOOD} | how))

    def show(self, certificates, key):
        """An identity of these certificates, the server's own first."""
        folder = self.folder / str(len(list(self.folder.iterdir())))
        folder.mkdir()
        made = Identity(HOST, folder / "key.pem", folder / "certificate.pem", folder / "chain.pem", False)
        made.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                               serialization.NoEncryption()))
        made.certificate.write_bytes(pem(certificates[0]))
        made.chain.write_bytes(b"".join(map(pem, certificates)))
        return made

    def leaf(self, key=None, issuer=None, above=None, **how):
        """An identity of a leaf that `issuer` (default: the good CA) issued, and of the CAs `above` it."""
        subject = holder(HOST, key)
        issuer = issuer or self.middle
        certificate = issue(subject, issuer, **({"valid": GOOD, "names": (dns(HOST),)} | how))
        return self.show([certificate, *([self.middle_certificate] if above is None else above)], subject.key)

    def revoke(self, issuer, *revoked):
        """Writes the list of what `issuer` has revoked."""
        builder = (x509.CertificateRevocationListBuilder().issuer_name(issuer.name).last_update(NOW - DAY)
                   .next_update(NOW + 30 * DAY).add_extension(
                       x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer.key_identifier), False)
                   .add_extension(x509.CRLNumber(1), False))
        for certificate in revoked:
            builder = builder.add_revoked_certificate(x509.RevokedCertificateBuilder().serial_number(
                certificate.serial_number).revocation_date(NOW - 2 * DAY).build())
        (self.crls / f"{len(list(self.crls.iterdir()))}.crl").write_bytes(
            builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def local_ca_of(latchkey):
    """The local CA that this Latchkey has made for the party: (certificate, key)."""
    for path in (latchkey.folder / "state/latchkey/ca").glob("*.pem"):
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        if x509.DNSName(HOST) in certificate.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees:
            return certificate, serialization.load_pem_private_key(path.with_suffix(".key").read_bytes(), None)
    raise AssertionError("there is none")


@functools.cache
def rsa_key(bits):
    return rsa.generate_private_key(65537, bits)


# --- certificates ---

def _leaf(**how):
    return lambda world: LaxServer(world.leaf(**how))


def _weak_leaf(bits):
    return lambda world: LaxServer(world.leaf(key=rsa_key(bits)))


def _below(*arguments, leaf=None, **how):
    """A leaf of a CA that is made in this way; `leaf` says how the leaf is made."""
    def make(world):
        middle = holder("Another CA", *arguments)
        return LaxServer(world.leaf(issuer=middle, above=[world.ca(middle, **how)], **(leaf or {})))
    return make


def _old_signature(digest, above=False):
    """With a leaf, or the CA above it, that is signed over this digest. RSA, for cryptography's ECDSA takes all of them."""
    def make(world):
        parent, child = holder("RSA root-signed CA", rsa_key(2048)), holder("Lower CA")
        parent_certificate = world.ca(parent)
        if above:
            return LaxServer(world.leaf(issuer=child, above=[issue(child, parent, ca=True, valid=CA_GOOD, digest=digest),
                                                            parent_certificate]))
        return LaxServer(world.leaf(issuer=parent, above=[parent_certificate], digest=digest))
    return make


def _self_signed(world):
    subject = holder(HOST)
    return LaxServer(world.show([issue(subject, subject, names=(dns(HOST),), valid=GOOD)], subject.key))


def _unknown_ca(world):
    stranger = holder("A stranger's root")
    return LaxServer(world.leaf(issuer=stranger, above=[issue(stranger, stranger, ca=True, valid=CA_GOOD)]))


def _same_name_other_key(world):
    """A CA with the trusted root's name, and a key of its own."""
    impostor = holder("Root")
    return LaxServer(world.leaf(issuer=impostor, above=[issue(impostor, impostor, ca=True, valid=CA_GOOD, identifiers=False)],
                                identifiers=False))


def _issued_by_a_leaf(world):
    owner = holder("owner.test")
    certificate = issue(owner, world.middle, names=(dns("owner.test"),), valid=GOOD)
    return LaxServer(world.leaf(issuer=owner, above=[certificate, world.middle_certificate]))


def _too_long_a_path(world):
    """Middle may have no CA below it."""
    upper, lower = holder("Upper"), holder("Lower")
    chain = [issue(lower, upper, ca=True, valid=CA_GOOD), world.ca(upper, length=0)]
    return LaxServer(world.leaf(issuer=lower, above=chain))


def _forged(world):
    """One octet of the signature is another one."""
    subject = holder(HOST)
    der = bytearray(issue(subject, world.middle, names=(dns(HOST),), valid=GOOD).public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    return LaxServer(world.show([x509.load_der_x509_certificate(bytes(der)), world.middle_certificate], subject.key))


def _name_changed_after_signing(world):
    subject = holder(HOST)
    der = issue(subject, world.middle, names=(dns("party.best"),), valid=GOOD).public_bytes(serialization.Encoding.DER)
    changed = der.replace(b"party.best", b"party.test")
    return LaxServer(world.show([x509.load_der_x509_certificate(changed), world.middle_certificate], subject.key))


def _revoked(world):
    identity = world.leaf()
    world.revoke(world.middle, x509.load_pem_x509_certificate(identity.certificate.read_bytes()))
    return LaxServer(identity)


def _revoked_ca(world):
    middle = holder("A revoked CA")
    certificate = world.ca(middle)
    world.revoke(world.root, certificate)
    return LaxServer(world.leaf(issuer=middle, above=[certificate]))


def _old_crl(world):
    """The CA's list of what it revoked should have been replaced yesterday."""
    middle = holder("A CA with an old list")
    builder = (x509.CertificateRevocationListBuilder().issuer_name(middle.name).last_update(NOW - 30 * DAY)
               .next_update(NOW - DAY).add_extension(x509.CRLNumber(1), False))
    (world.crls / "old.crl").write_bytes(builder.sign(middle.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return LaxServer(world.leaf(issuer=middle, above=[world.ca(middle)]))


def _own_local_ca(world):
    """A leaf of a CA that Latchkey made for its user's browsers: `world.local_ca` is (certificate, key)."""
    certificate, key = world.local_ca
    issuer = holder("", key, certificate.subject)
    subject = holder(HOST)
    return LaxServer(world.show([issue(subject, issuer, names=(dns(HOST),), valid=GOOD), certificate], subject.key))


# --- protocols ---

def _speaks(*options, tls=servers.VERSIONS, key="p256"):
    """A good certificate, and s_server with these options."""
    def make(world):
        return LaxServer(world.leaf(**({} if key == "p256" else {"key": rsa_key(2048)})), *options, tls=tls)
    return make


def _raw(**how):
    return lambda world: RawServer(lambda session: server_hello(session, **how))


def _raw13(extensions, **how):
    """A ServerHello of TLS 1.3."""
    return lambda world: RawServer(lambda session: server_hello(session, suite=how.get("suite", 0x1301), extensions=TLS13 + extensions,
                                                                **{key: value for key, value in how.items() if key != "suite"}))


def _octets(octets, greets=False):
    return lambda world: RawServer(lambda session: octets, greets)


def _other_session(world):
    return RawServer(lambda session: server_hello(b"another session id", suite=0x1301, extensions=TLS13 + key_share(29, bytes([9]) + bytes(31))))


def _retries_for_ever(world):
    """Asks twice for another share, which RFC 8446 forbids."""
    retry = functools.partial(server_hello, suite=0x1301, random=raw_server.HELLO_RETRY,
                              extensions=TLS13 + extension(51, b"\x00\x18"))
    return RawServer(lambda session: retry(session) + retry(session))


def _another_key(world):
    """The certificate is good, and the key that signs is not the certificate's."""
    identity = world.leaf()
    stranger = world.leaf()
    return servers.Tls13Server(dataclasses.replace(identity, key=stranger.key), 0x0403)


CERTIFICATES = [
    Bad("expired", _leaf(valid=PAST), "expired"),
    Bad("not yet valid", _leaf(valid=FUTURE), "not valid before"),
    Bad("expired CA", _below(valid=PAST), "expired"),
    Bad("CA not yet valid", _below(valid=FUTURE), "not valid before"),
    Bad("self-signed", _self_signed, "self-signed"),
    Bad("unknown CA", _unknown_ca, "trusted CA"),
    Bad("CA with the root's name and another key", _same_name_other_key, "trusted CA"),
    Bad("CA's certificate left out", _leaf(above=[]), "trusted CA"),
    Bad("forged signature", _forged, "no path to a trusted CA"),
    Bad("name changed after signing", _name_changed_after_signing, "no path to a trusted CA"),
    Bad("issued by another server's certificate", _issued_by_a_leaf, "is no CA"),
    Bad("CA without the CA mark", _below(basic=(x509.BasicConstraints(False, None), True)), "is no CA"),
    Bad("CA without basicConstraints", _below(basic=None), "is no CA"),
    Bad("CA that may not sign certificates", _below(usage=("crl_sign",)), "may not sign certificates"),
    Bad("CA for clients only", _below(extended=(CLIENT,)), "may not issue for servers"),
    Bad("more CAs than the path length permits", _too_long_a_path, "path length 0"),
    Bad("another name", _leaf(names=(dns("other.test"),)), "other.test"),
    Bad("name of a subdomain", _leaf(names=(dns("www.party.test"),)), "www.party.test"),
    Bad("wildcard for subdomains", _leaf(names=(dns("*.party.test"),)), "it is for *.party.test"),
    Bad("wildcard in part of a label", _leaf(names=(dns("par*.test"),)), "it is for par*.test"),
    Bad("wildcard for all of a top-level domain", _leaf(names=(dns("*.test"),)), "it is for *.test"),
    Bad("wildcard for everything", _leaf(names=(dns("*"),)), "it is for *,"),
    Bad("name in CN only", _leaf(names=None), "for no host at all"),
    Bad("no name of a server's at all", _leaf(names=(x509.RFC822Name("party@party.test"),)), "for no host at all"),
    Bad("IP address in place of the name", _leaf(names=(ip("127.0.0.1"),)), "it is for 127.0.0.1"),
    Bad("name with a NUL", _leaf(names=None, more=[(unknown("2.5.29.17", raw_dns(b"party.test\0.other.test")), False)]), "party.test\\00.other.test"),
    Bad("Cyrillic letter in the name, as UTF-8", _leaf(names=None, more=[(unknown("2.5.29.17", raw_dns("pаrty.test".encode())), False)]), "not for party.test"),
    Bad("Cyrillic letter in the name, as an A-label", _leaf(names=(dns("xn--prty-53d.test"),)), "xn--prty"),
    Bad("name constraints permit others only", _below(limits=constraints(permitted=[dns("allowed.test")])), "name constraints"),
    Bad("name constraints exclude it", _below(limits=constraints(excluded=[dns("party.test")])), "name constraints"),
    Bad("name constraints of an unknown kind", _below(limits=constraints(permitted=[x509.RegisteredID(x509.ObjectIdentifier("1.2.3"))]),
                                                     leaf={"names": (dns(HOST), x509.RegisteredID(x509.ObjectIdentifier("1.2.3.4")))}), "a kind that cannot be checked"),
    Bad("for clients only", _leaf(extended=(CLIENT,)), "serverAuth"),
    Bad("key may not sign", _leaf(usage=("key_encipherment",)), "does not allow signatures"),
    Bad("unknown critical extension", _leaf(more=[(unknown("1.2.3.4.5"), True)]), "certificate cannot be used"),
    Bad("unknown critical extension of the CA", _below(more=[(unknown("1.2.3.4.5"), True)]), "certificate cannot be used"),
    Bad("signed over SHA-1", _old_signature(hashes.SHA1()), "no longer safe"),
    Bad("CA signed over SHA-1", _old_signature(hashes.SHA1(), above=True), "no longer safe"),
    Bad("signed over MD5", _old_signature(hashes.MD5()), "signature"),
    Bad("RSA key of 1024 bits", _weak_leaf(1024), "too weak"),
    Bad("RSA key of 512 bits", _weak_leaf(512), "handshake_failure"),
    Bad("CA with an RSA key of 1024 bits", lambda world: _below(rsa_key(1024))(world), "too weak"),
    Bad("key on a curve that nobody uses", lambda world: LaxServer(world.leaf(key=ec.generate_private_key(ec.SECP256K1()))), "handshake_failure"),
    Bad("revoked, by CRL", _revoked, "revoked"),
    Bad("CA revoked, by CRL", _revoked_ca, "revoked"),
    Bad("CA's CRL out of date", _old_crl, "CRL"),
    Bad("issued by a local CA of Latchkey's own", _own_local_ca, "no path to a trusted CA"),
]

PROTOCOLS = [
    Bad("TLS 1.0 only", _speaks("-tls1"), "no TLS version"),
    Bad("TLS 1.1 only", _speaks("-tls1_1"), "no TLS version"),
    Bad("SSL 3.0", _raw(version=0x0300), "no TLS version"),
    Bad("no encryption (NULL)", _speaks("-cipher", "ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0", tls="1.2"), "handshake_failure"),
    Bad("no certificate (anonymous ECDH)", _speaks("-cipher", "AECDH-AES128-SHA:@SECLEVEL=0", tls="1.2"), "handshake_failure"),
    Bad("RC4", _raw(suite=0xC007), "chooses what was not offered"),
    Bad("3DES", _raw(suite=0xC008), "chooses what was not offered"),
    Bad("export cipher", _raw(suite=0x0003), "chooses what was not offered"),
    Bad("single DES", _raw(suite=0x0009), "chooses what was not offered"),
    Bad("static RSA", _speaks("-cipher", "AES128-GCM-SHA256", tls="1.2", key="rsa"), "handshake_failure"),
    Bad("finite-field Diffie-Hellman of 1024 bits", _speaks("-cipher", "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-dhparam", "PARAMETERS-1024",
                                                           tls="1.2", key="rsa"), "handshake_failure"),
    Bad("CBC with SHA-1 only", _speaks("-cipher", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0", tls="1.2"), "handshake_failure"),
    Bad("pre-shared keys only", _speaks("-cipher", "ECDHE-PSK-AES128-CBC-SHA256", "-psk", "00112233", tls="1.2"), "handshake_failure"),
    Bad("downgrade: TLS 1.2 with the mark of TLS 1.3", _raw(random=bytes(24) + raw_server.DOWNGRADED), "chooses what was not offered"),
    Bad("downgrade: TLS 1.1 chosen", _raw(version=0x0302), "no TLS version"),
    Bad("TLS 1.3 with a cipher that was not offered", _raw13(key_share(29, bytes([9]) + bytes(31)), suite=0x1399), "chooses what was not offered"),
    Bad("TLS 1.3 with a group that was not offered", _raw13(key_share(0x0100, bytes(256))), "no parameters that are allowed"),
    Bad("TLS 1.3 without a key share", _raw13(b""), "no parameters that are allowed"),
    Bad("TLS 1.3 with an all-zero key share", _raw13(key_share(29, bytes(32))), "no parameters that are allowed"),
    Bad("TLS 1.3 with somebody else's session id", _other_session, "chooses what was not offered"),
    Bad("asks for another share, twice", _retries_for_ever, "is not TLS as it should be"),
    Bad("compression", _raw(compression=1), "ServerHello is malformed"),
    Bad("TLS 1.3 with an extension that was not offered", _raw13(key_share(29, bytes([9]) + bytes(31)) + extension(0xFFCE, b"")), "chooses what was not offered"),
    Bad("certificate is good, key is another's", _another_key, "signature is not one by the key"),
    Bad("a record that is too long", _octets(b"\x16\x03\x03\xff\xff" + bytes(65535)), "is malformed"),
    Bad("a fatal alert", _octets(record(21, b"\x02\x28")), "handshake_failure"),
    Bad("HTTP without TLS", _octets(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), "speaks HTTP without TLS"),
    Bad("SSH", _octets(b"SSH-2.0-OpenSSH_9.2p1\r\n", greets=True), "speaks SSH on this port"),
    Bad("closes at once", _octets(b""), "in the middle of the handshake"),
]
KINDS = CERTIFICATES + PROTOCOLS


def table(kinds, columns):
    """These kinds in Markdown, with a column {what: text} for each title."""
    lines = ["| what is wrong | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join([kind.what, *(column[kind.what] for column in columns.values())]) + " |"
                              for kind in kinds])
