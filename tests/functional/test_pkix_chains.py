"""Chains of certificates, good ones and such that are wrong in one way: the verdict of `latchkey verify` is OpenSSL's.

Where it is not, the case says why (`openssl="..."`), and then it has to differ. Names and name constraints are in
test_pkix_names.py.
"""
import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from support.chains import (ANY, CLIENT, FUTURE, HOST, NOW, PAST, SERVER, VALID, Case, agree, constraints, der, dns,
                            holder, issue, pem, unknown)

NO_WAY_BACK = "OpenSSL takes the first issuer that is valid and fits, and does not go back from it"
STRICT = "OpenSSL's -x509_strict holds CAs to what RFC 5280 tells them to write; browsers do not"
FORWARD_SECRECY = "OpenSSL allows keys that only encrypt or agree; we never use the suites that need them"
ANY_USAGE = "OpenSSL does not take anyExtendedKeyUsage for serverAuth; RFC 5280 does"


class World:
    """Two roots, a CA under the first, a server under the CA."""

    def __init__(self):
        self.root, self.other, self.middle, self.leaf = map(holder, ("Root", "Other", "Middle", "Leaf"))
        self.root_ca = issue(self.root, self.root, ca=True)
        self.other_ca = issue(self.other, self.other, ca=True)
        self.middle_ca = issue(self.middle, self.root, ca=True)
        self.server = issue(self.leaf, self.middle)


def test_paths(tmp_path):
    w = World()
    lower, twin, stranger = holder("Lower"), holder("Middle"), holder("Stranger")
    lower_ca, under_lower = issue(lower, w.middle, ca=True), issue(w.leaf, lower)
    cross = issue(w.root, w.other, ca=True)
    expired_root = issue(w.root, w.root, ca=True, valid=PAST)
    twin_root = holder("Root")
    twin_root_ca = issue(twin_root, twin_root, ca=True)
    quiet = dict(identifiers=False)
    own = issue(w.leaf, w.leaf)
    new_root = holder("Root")
    cases = [
        Case("root and server", [issue(w.leaf, w.root)], [w.root_ca]),
        Case("one CA between", [w.server, w.middle_ca], [w.root_ca]),
        Case("two CAs between", [under_lower, lower_ca, w.middle_ca], [w.root_ca]),
        Case("two CAs in the other order", [under_lower, w.middle_ca, lower_ca], [w.root_ca]),
        Case("the root is presented too", [w.server, w.middle_ca, w.root_ca], [w.root_ca]),
        Case("the root comes first", [w.server, w.root_ca, w.middle_ca], [w.root_ca]),
        Case("a CA that nobody needs", [w.server, w.other_ca, w.middle_ca], [w.root_ca]),
        Case("everything twice", [w.server, w.server, w.middle_ca, w.middle_ca], [w.root_ca]),
        Case("many roots", [w.server, w.middle_ca], [w.other_ca, twin_root_ca, w.root_ca]),
        Case("no CA between", [w.server], [w.root_ca], "no path to a trusted CA (issuer CN=Middle)"),
        Case("an unknown root", [w.server, w.middle_ca, w.root_ca], [w.other_ca],
             "no path to a trusted CA (issuer CN=Root)"),
        Case("self-signed", [own], [w.root_ca], "self-signed"),
        Case("self-signed and trusted", [own], [w.root_ca, own]),
        Case("another certificate of a trusted key", [issue(w.leaf, w.leaf)], [own], "self-signed"),
        Case("two CAs of one name, the wrong one first", [w.server, issue(twin, w.root, ca=True), w.middle_ca],
             [w.root_ca]),
        Case("two CAs of one name without identifiers",
             [issue(w.leaf, w.middle, **quiet), issue(twin, w.root, ca=True, **quiet),
              issue(w.middle, w.root, ca=True, **quiet)], [issue(w.root, w.root, ca=True, **quiet)],
             openssl=NO_WAY_BACK),
        Case("two roots of one name, the wrong one first", [w.server, w.middle_ca], [twin_root_ca, w.root_ca]),
        Case("only the wrong root of that name", [w.server, w.middle_ca], [twin_root_ca],
             "no path to a trusted CA (issuer CN=Root)"),
        Case("an expired twin of the root", [w.server, w.middle_ca], [expired_root, w.root_ca]),
        Case("only the expired twin", [w.server, w.middle_ca], [expired_root], "CN=Root expired on 2021-01-01"),
        Case("an expired twin of the CA", [w.server, issue(w.middle, w.root, ca=True, valid=PAST), w.middle_ca],
             [w.root_ca]),
        Case("cross-signed, the old root trusted", [w.server, w.middle_ca, cross], [w.other_ca]),
        Case("cross-signed, the new root trusted", [w.server, w.middle_ca, cross], [w.root_ca]),
        Case("cross-signed, the old root expired", [w.server, w.middle_ca, cross],
             [issue(w.other, w.other, ca=True, valid=PAST), w.root_ca]),
        Case("cross-signed, the new root expired", [w.server, w.middle_ca, cross], [expired_root, w.other_ca],
             openssl=NO_WAY_BACK),
        Case("cross-signed CA, one way constrained",
             [w.server, issue(w.middle, w.root, ca=True, limits=constraints([dns("other.example")])),
              issue(w.middle, w.other, ca=True)], [w.root_ca, w.other_ca], openssl=NO_WAY_BACK),
        Case("CAs that sign each other", [w.server, issue(w.middle, lower, ca=True), lower_ca], [w.root_ca],
             "no path to a trusted CA"),
        Case("CAs that sign each other and a way out", [w.server, issue(w.middle, lower, ca=True), lower_ca, w.middle_ca],
             [w.root_ca]),
        Case("a new key under the old name", [issue(w.leaf, new_root), issue(new_root, w.root, ca=True)], [w.root_ca]),
        Case("a CA as a root", [w.server], [w.middle_ca], openssl="OpenSSL wants a root to be self-signed (-partial_chain)"),
        Case("a server as a root", [w.server], [w.server], "no path to a trusted CA (issuer CN=Middle)"),
        Case("a key identifier that is another's",
             [issue(w.leaf, w.middle, identifiers=False, more=[
                 (x509.AuthorityKeyIdentifier(b"another", None, None), False)]), w.middle_ca], [w.root_ca],
             openssl="for OpenSSL a key identifier rules an issuer out; RFC 4158 and browsers take it for a hint"),
        Case("signed by another key of that name", [issue(w.leaf, twin), w.middle_ca], [w.root_ca],
             "no path to a trusted CA (issuer CN=Middle)"),
        Case("issued by a stranger", [issue(w.leaf, stranger)], [w.root_ca], "no path to a trusted CA (issuer CN=Stranger)"),
        Case("issued by a server", [issue(w.leaf, lower), issue(lower, w.root)], [w.root_ca],
             "CN=Lower, which issued it, is no CA"),
        Case("the CA's comes first", [w.middle_ca, w.server], [w.root_ca], "does not allow signatures"),
        Case("another server's comes first", [issue(holder("Leaf"), w.middle, names=[dns("other.example")]), w.server,
                                              w.middle_ca], [w.root_ca], "it is for other.example, not for"),
    ]
    agree(tmp_path, cases)


def line(count):
    """A server under that many CAs, and their root."""
    above = root = holder("Root")
    cas = []
    for i in range(count):
        ca = holder(f"CA {i}")
        cas.insert(0, issue(ca, above, ca=True))
        above = ca
    return [issue(holder("Leaf"), above), *cas], [issue(root, root, ca=True)]


def mesh():
    """Fourteen CAs of one name in a ring, and none of them under a root."""
    ring = [holder("Mesh") for _ in range(14)]
    cas = [issue(ca, ring[i - 1], ca=True, identifiers=False) for i, ca in enumerate(ring)]
    root = holder("Root")
    return [issue(holder("Leaf"), ring[0], identifiers=False), *cas], [issue(root, root, ca=True)]


def test_bounds(tmp_path):
    cases = [
        Case("eight CAs between", *line(8)),
        Case("nine CAs between", *line(9), "too long", openssl="OpenSSL follows a hundred; no public CA needs a fourth"),
        Case("sixteen certificates", *line(15), "too long", openssl="the same"),
        Case("seventeen certificates", *line(16), "more than 16 certificates", openssl="the same"),
        Case("a mesh", *mesh(), "more paths than are tried"),
    ]
    agree(tmp_path, cases)


def test_validity(tmp_path):
    w = World()
    day = datetime.timedelta(days=1)
    second = datetime.timedelta(seconds=1)
    at_once = issue(w.leaf, w.root, valid=(NOW, NOW + day))

    def middle(valid):
        return [w.server, issue(w.middle, w.root, ca=True, valid=valid)]

    def root(valid):
        return [issue(w.root, w.root, ca=True, valid=valid)]
    cases = [
        Case("server expired", [issue(w.leaf, w.root, valid=PAST)], [w.root_ca], "the certificate expired on 2021-01-01"),
        Case("server not yet valid", [issue(w.leaf, w.root, valid=FUTURE)], [w.root_ca], "not valid before 2040-01-01"),
        Case("CA expired", middle(PAST), [w.root_ca], "CN=Middle expired on 2021-01-01"),
        Case("CA not yet valid", middle(FUTURE), [w.root_ca], "CN=Middle is not valid before 2040-01-01"),
        Case("root expired", [issue(w.leaf, w.root)], root(PAST), "CN=Root expired on 2021-01-01"),
        Case("root not yet valid", [issue(w.leaf, w.root)], root(FUTURE), "CN=Root is not valid before 2040-01-01"),
        Case("first second", [at_once], [w.root_ca], time=NOW),
        Case("a second too early", [at_once], [w.root_ca], "is not valid before", time=NOW - second),
        Case("last second", [at_once], [w.root_ca], time=NOW + day,
             openssl="RFC 5280, section 4.1.2.5: through notAfter, inclusive; OpenSSL leaves that second out"),
        Case("a second too late", [at_once], [w.root_ca], "expired on", time=NOW + day + second),
        Case("valid beyond 2050", [issue(w.leaf, w.root, valid=(NOW, datetime.datetime(2060, 1, 1)))], [w.root_ca]),
    ]
    agree(tmp_path, cases)


def test_basic_constraints(tmp_path):
    w = World()
    lower = holder("Lower")
    rolled = holder("Middle")

    def under_middle(**wrong):
        return [w.server, issue(w.middle, w.root, **{"ca": True, **wrong})]

    def root(**wrong):
        return [issue(w.root, w.root, **{"ca": True, **wrong})]
    three = [issue(w.leaf, lower), issue(lower, w.middle, ca=True)]
    signing = ("key_cert_sign",)
    both = ("digital_signature", "key_cert_sign")
    own = issue(w.root, w.root, ca=True, names=[dns(HOST)], usage=both)
    cases = [
        Case("no basic constraints", under_middle(basic=None, usage=None), [w.root_ca], "CN=Middle, which issued it, is no CA"),
        Case("no CA", under_middle(ca=False, names=None, extended=None), [w.root_ca], "CN=Middle, which issued it, is no CA"),
        Case("no CA but keyCertSign", under_middle(ca=False, names=None, extended=None, usage=signing), [w.root_ca],
             "CN=Middle, which issued it, is no CA"),
        Case("basic constraints that are not critical", under_middle(basic=(x509.BasicConstraints(True, None), False)),
             [w.root_ca], openssl=STRICT),
        Case("a root without basic constraints", [issue(w.leaf, w.root)], root(basic=None, usage=None),
             "CN=Root, which issued it, is no CA"),
        Case("a root that is no CA", [issue(w.leaf, w.root)], root(ca=False, names=None, extended=None),
             "CN=Root, which issued it, is no CA"),
        Case("path length 0 and no CA below", under_middle(length=0), [w.root_ca]),
        Case("path length 0 and one CA below", [*three, issue(w.middle, w.root, ca=True, length=0)], [w.root_ca],
             "CN=Middle allows fewer CAs below it (path length 0)"),
        Case("path length 1 and one CA below", [*three, issue(w.middle, w.root, ca=True, length=1)], [w.root_ca]),
        Case("a root's path length 0", under_middle(), root(length=0), "CN=Root allows fewer CAs below it"),
        Case("a root's path length 1 and two CAs", [*three, w.middle_ca], root(length=1), "CN=Root allows fewer CAs"),
        Case("a root's path length 2 and two CAs", [*three, w.middle_ca], root(length=2)),
        Case("a longer path length below a shorter one", [*three, issue(w.middle, w.root, ca=True, length=5)],
             root(length=1), "CN=Root allows fewer CAs"),
        Case("self-issued CAs do not count", [issue(w.leaf, rolled), issue(rolled, w.middle, ca=True),
                                              issue(w.middle, w.root, ca=True, length=0)], [w.root_ca]),
        Case("a self-issued server does", [issue(w.middle, w.middle, names=[dns(HOST)]), w.middle_ca], [w.root_ca],
             "self-signed"),
        Case("a server that is a CA", [issue(w.leaf, w.root, ca=True, names=[dns(HOST)], extended=[SERVER],
                                              usage=both)], [w.root_ca], "is a CA's",
             openssl="Firefox refuses CAs as servers, and so do we; OpenSSL takes them"),
        Case("a trusted server that is a CA", [own], [own]),
        Case("a server that is a CA, and nobody's", [own], [w.root_ca], "self-signed"),
        Case("a server without basic constraints", [issue(w.leaf, w.root, basic=None)], [w.root_ca]),
    ]
    agree(tmp_path, cases)


def test_key_usage(tmp_path):
    w = World()

    def server(*usage):
        return [issue(w.leaf, w.root, usage=usage or None)]

    def middle(*usage):
        return [w.server, issue(w.middle, w.root, ca=True, usage=usage or None)]
    cases = [
        Case("server: none", server(), [w.root_ca]),
        Case("server: signatures and encryption", server("digital_signature", "key_encipherment"), [w.root_ca]),
        Case("server: encryption", server("key_encipherment"), [w.root_ca], "does not allow signatures",
             openssl=FORWARD_SECRECY),
        Case("server: agreement", server("key_agreement"), [w.root_ca], "does not allow signatures", openssl=FORWARD_SECRECY),
        Case("server: commitments", server("content_commitment"), [w.root_ca], "does not allow signatures"),
        Case("server: CRLs", server("crl_sign"), [w.root_ca], "does not allow signatures"),
        Case("CA: none", middle(), [w.root_ca], openssl=STRICT),
        Case("CA: certificates", middle("key_cert_sign"), [w.root_ca]),
        Case("CA: CRLs", middle("crl_sign"), [w.root_ca], "CN=Middle may not sign certificates"),
        Case("CA: signatures", middle("digital_signature"), [w.root_ca], "CN=Middle may not sign certificates"),
        Case("root: signatures", [issue(w.leaf, w.root)], [issue(w.root, w.root, ca=True, usage=["digital_signature"])],
             "CN=Root may not sign certificates"),
    ]
    agree(tmp_path, cases)


def test_extended_key_usage(tmp_path):
    w = World()
    mail = x509.ExtendedKeyUsageOID.EMAIL_PROTECTION
    code = x509.ExtendedKeyUsageOID.CODE_SIGNING

    def server(*usage):
        return [issue(w.leaf, w.root, extended=usage or None)]

    def middle(*usage):
        return [w.server, issue(w.middle, w.root, ca=True, extended=usage)]

    def root(*usage):
        return [issue(w.root, w.root, ca=True, extended=usage)]
    critical = issue(w.leaf, w.root, extended=None, more=[(x509.ExtendedKeyUsage([SERVER]), True)])
    no_server = "may not be used for servers"
    no_issuer = "may not issue for servers"
    cases = [
        Case("server: none", server(), [w.root_ca]),
        Case("server: servers and clients", server(SERVER, CLIENT), [w.root_ca]),
        Case("server: mail and servers", server(mail, SERVER), [w.root_ca]),
        Case("server: clients", server(CLIENT), [w.root_ca], no_server),
        Case("server: code", server(code), [w.root_ca], no_server),
        Case("server: mail and clients", server(mail, CLIENT), [w.root_ca], no_server),
        Case("server: any", server(ANY), [w.root_ca], openssl=ANY_USAGE),
        Case("server: any and servers", server(ANY, SERVER), [w.root_ca]),
        Case("server: critical", [critical], [w.root_ca]),
        Case("CA: servers", middle(SERVER), [w.root_ca]),
        Case("CA: servers and clients", middle(CLIENT, SERVER), [w.root_ca]),
        Case("CA: clients", middle(CLIENT), [w.root_ca], "CN=Middle " + no_issuer),
        Case("CA: code", middle(code), [w.root_ca], "CN=Middle " + no_issuer),
        Case("CA: any", middle(ANY), [w.root_ca], openssl=ANY_USAGE),
        Case("root: servers", [issue(w.leaf, w.root)], root(SERVER)),
        Case("root: clients", [issue(w.leaf, w.root)], root(CLIENT), "CN=Root " + no_issuer),
    ]
    agree(tmp_path, cases)


def test_keys_and_signatures(tmp_path):
    w = World()
    rsa1024, rsa2048 = (rsa.generate_private_key(65537, bits) for bits in (1024, 2048))
    rsa3 = rsa.generate_private_key(3, 2048)
    p384, p521, k256 = (ec.generate_private_key(curve()) for curve in (ec.SECP384R1, ec.SECP521R1, ec.SECP256K1))
    edwards = ed25519.Ed25519PrivateKey.generate()
    weak, strong = holder("Weak", rsa1024), holder("Strong", rsa2048)
    signed = bytearray(pem(w.server))
    # In the middle of the signature: another one, and still base64.
    place = signed.rindex(b"\n-----END") - 20
    signed[place] = ord("A") if signed[place] != ord("A") else ord("B")

    def under(ca, leaf=w.leaf, **wrong):
        return [issue(leaf, ca, **wrong)], [issue(ca, ca, ca=True, **wrong)]
    cases = [
        Case("SHA-384", *under(w.root, digest=hashes.SHA384())),
        Case("SHA-512", *under(w.root, digest=hashes.SHA512())),
        Case("SHA-224", *under(w.root, digest=hashes.SHA224()), "no longer safe",
             openssl="OpenSSL's level 2 wants 112 bits, which SHA-224 has; no public CA may use it"),
        Case("SHA-1 on the server", [issue(w.leaf, w.root, digest=hashes.SHA1())], [w.root_ca], "no longer safe"),
        Case("SHA-1 on a CA", [w.server, issue(w.middle, w.root, ca=True, digest=hashes.SHA1())], [w.root_ca],
             "CN=Middle is signed with an algorithm that is no longer safe"),
        Case("SHA-1 on the root, which nobody asks", [issue(w.leaf, w.root)],
             [issue(w.root, w.root, ca=True, digest=hashes.SHA1())]),
        Case("RSA 2048", *under(strong)),
        Case("RSA with exponent 3", *under(holder("Three", rsa3))),
        Case("RSA 1024 signed", *under(weak), "CN=Weak has a key that is too weak"),
        Case("RSA 1024 on the server", [issue(weak, w.root)], [w.root_ca], "the certificate has a key that is too weak"),
        Case("RSA 1024 on a CA", [issue(w.leaf, weak), issue(weak, w.root, ca=True)], [w.root_ca],
             "CN=Weak has a key that is too weak"),
        Case("RSA 2048 on the server", [issue(strong, w.root)], [w.root_ca]),
        Case("P-384", *under(holder("Root", p384), holder("Leaf", p384))),
        Case("P-521", *under(holder("Root", p521), holder("Leaf", p521))),
        Case("a curve that TLS lacks", [issue(holder("Leaf", k256), w.root)], [w.root_ca], "curve is unsupported",
             openssl="browsers know P-256, P-384 and P-521 only"),
        Case("Ed25519 on the server", [issue(holder("Leaf", edwards), w.root)], [w.root_ca], "Ed25519",
             openssl="no public CA and no browser has Ed25519: it is trusted by a pin or OpenPGP"),
        Case("Ed25519 on a root", *under(holder("Root", edwards), digest=None), "is signed with Ed25519", openssl="the same"),
        Case("a signature that was changed", [bytes(signed), w.middle_ca], [w.root_ca],
             "no path to a trusted CA (issuer CN=Middle)"),
    ]
    agree(tmp_path, cases)


def test_extensions(tmp_path):
    w = World()
    policies = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("2.23.140.1.2.1"), None)])
    private_policy = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("1.2.3.4.5"), None)])
    explicit = x509.PolicyConstraints(0, None)
    inhibit = x509.InhibitAnyPolicy(0)

    def server(*more, **wrong):
        return [issue(w.leaf, w.root, more=more, **wrong)]

    def middle(*more):
        return [w.server, issue(w.middle, w.root, ca=True, more=more)]
    refused = "extension"
    cases = [
        Case("unknown", server((unknown("1.2.3.4"), False)), [w.root_ca]),
        Case("unknown and critical", server((unknown("1.2.3.4"), True)), [w.root_ca], refused),
        Case("unknown and critical on a CA", middle((unknown("1.2.3.4"), True)), [w.root_ca], refused),
        Case("unknown on a root", [issue(w.leaf, w.root)],
             [issue(w.root, w.root, ca=True, more=[(unknown("1.2.3.4"), False)])]),
        Case("policies", server((policies, False)), [w.root_ca]),
        Case("critical policies", server((private_policy, True)), [w.root_ca]),
        Case("critical policies on a CA", middle((policies, True)), [w.root_ca]),
        Case("inhibitAnyPolicy", middle((inhibit, True)), [w.root_ca]),
        Case("a policy has to be named", middle((explicit, True)), [w.root_ca], refused,
             openssl="we read no policies, and say so where one is demanded; OpenSSL does so only with -policy_check"),
        Case("an extension that is broken", server((unknown("2.5.29.37", der(0x30, b"\x06")), False), extended=None), [w.root_ca],
             "certificate"),
        Case("a broken certificate", [b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"], [w.root_ca],
             "certificate"),
    ]
    agree(tmp_path, cases)


def test_order_of_others_never_counts(tmp_path):
    """Every order of what comes after the server's own, with a cross-signed root and an expired CA among them."""
    import itertools
    w = World()
    lower = holder("Lower")
    others = [issue(lower, w.middle, ca=True), w.middle_ca, issue(w.root, w.other, ca=True),
              issue(w.middle, w.root, ca=True, valid=PAST)]
    cases = [Case(str(order), [issue(w.leaf, lower), *(others[i] for i in order)], [w.other_ca])
             for order in itertools.permutations(range(4))]
    agree(tmp_path, cases)
