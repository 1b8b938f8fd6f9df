"""Chains of certificates made here by Python's cryptography, and what Latchkey and OpenSSL say of them.

Everything is judged at 2030-01-01; certificates hold from 2025 to 2035 unless a case says otherwise. What `issue` makes
keeps every rule of RFC 5280 that OpenSSL's -x509_strict looks at: a case names what is different, and nothing else is.
"""
import concurrent.futures
import dataclasses
import datetime
import functools
import ipaddress
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from support.latchkey import BINARY, SLOWNESS

NOW = datetime.datetime(2030, 1, 1)
VALID = (datetime.datetime(2025, 1, 1), datetime.datetime(2035, 1, 1))
PAST = (datetime.datetime(2020, 1, 1), datetime.datetime(2021, 1, 1))
FUTURE = (datetime.datetime(2040, 1, 1), datetime.datetime(2041, 1, 1))
SERVER, CLIENT, ANY = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH,
                       ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)
HOST = "party.example"
USAGES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
          "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
BY_RULE = object()  # an argument that follows from the others


@dataclasses.dataclass
class Holder:
    """A name and a key. Two of one name are two different CAs."""
    name: x509.Name
    key: object

    @functools.cached_property
    def key_identifier(self):
        return x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())


def name_of(common_name, *more):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name), *more])


def holder(common_name, key=None, name=None):
    return Holder(name or name_of(common_name), key or ec.generate_private_key(ec.SECP256R1()))


def dns(name):
    return x509.DNSName(name)


def raw_dns(octets):
    """A dNSName with octets that cryptography would not write: the whole extension's value."""
    return der(0x30, der(0x82, octets))


def ip(text):
    return x509.IPAddress(ipaddress.ip_network(text) if "/" in text else ipaddress.ip_address(text))


def der(tag, contents):
    size = len(contents)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + contents


def unknown(oid, value=b"\x05\x00"):
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value)


def usage_of(*allowed):
    return x509.KeyUsage(**{usage: usage in allowed for usage in USAGES})


def constraints(permitted=None, excluded=None):
    return x509.NameConstraints(permitted, excluded)


def issue(subject, issuer, ca=False, length=None, names=BY_RULE, usage=BY_RULE, extended=BY_RULE, basic=BY_RULE,
          valid=VALID, digest=hashes.SHA256(), limits=None, more=(), identifiers=True, serial=None):
    """A certificate. `names`, `usage`, `extended` and `basic` may be None for "not there"; `more` are pairs of an
    extension and whether it is critical; `limits` are name constraints."""
    builder = (x509.CertificateBuilder().subject_name(subject.name).issuer_name(issuer.name)
               .public_key(subject.key.public_key()).serial_number(serial or x509.random_serial_number())
               .not_valid_before(valid[0]).not_valid_after(valid[1]))
    if basic is BY_RULE:
        basic = (x509.BasicConstraints(ca, length), True)
    if usage is BY_RULE:
        usage = ("key_cert_sign", "crl_sign") if ca else ("digital_signature",)
    if extended is BY_RULE:
        extended = None if ca else (SERVER,)
    if names is BY_RULE:
        names = None if ca else (dns(HOST),)
    extensions = [basic, usage and (usage_of(*usage), True), extended and (x509.ExtendedKeyUsage(extended), False),
                  names and (x509.SubjectAlternativeName(names), False), limits and (limits, True), *more]
    if identifiers:
        extensions.append((subject.key_identifier, False))
        if subject is not issuer:
            extensions.append((x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer.key_identifier), False))
    for extension in filter(None, extensions):
        builder = builder.add_extension(*extension)
    return builder.sign(issuer.key, digest)


@dataclasses.dataclass
class Case:
    """A chain, the peer's own first, and what has to be said of it. `says` is a part of the sentence with which Latchkey
    refuses, so that no case is refused for another reason; none: it is trusted. `openssl` is the reason for which
    OpenSSL's verdict is the other one: then it has to be."""
    title: str
    chain: list
    roots: list
    says: str = ""
    openssl: str = ""
    host: str = HOST
    time: datetime.datetime = NOW


def pem(certificate):
    if isinstance(certificate, bytes):
        return certificate
    return certificate.public_bytes(serialization.Encoding.PEM)


def write(folder, case):
    folder.mkdir()
    for name, certificates in {"leaf": case.chain[:1], "others": case.chain[1:], "chain": case.chain,
                               "roots": case.roots}.items():
        (folder / name).write_bytes(b"".join(map(pem, certificates)))


def _run(*command):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=30 * SLOWNESS, check=False)


def ask_latchkey(folder, case, *more):
    """Its exit status, and what it says."""
    answer = _run(BINARY, "verify", "--trust", "pkix", "--host", case.host, "--chain", folder / "chain", "--roots",
                  folder / "roots", "--time", case.time.isoformat() + "Z", *more)
    return answer.returncode, answer.stdout + answer.stderr


def ask_openssl(folder, case, *more):
    """Whether it trusts, and what it says. Its level 2 is what browsers ask of keys and digests."""
    is_address = ":" in case.host or case.host.replace(".", "").isdigit()
    seconds = int(case.time.replace(tzinfo=datetime.timezone.utc).timestamp())
    others = ["-untrusted", folder / "others"] if case.chain[1:] else []
    answer = _run("openssl", "verify", "-purpose", "sslserver", "-x509_strict", "-auth_level", 2, "-attime", seconds,
                  "-verify_ip" if is_address else "-verify_hostname", case.host, "-no-CApath", "-no-CAstore", "-CAfile",
                  folder / "roots", *others, *more, folder / "leaf")
    assert "error" in answer.stderr or answer.returncode == 0, f"it did not get as far as a verdict: {answer.stderr}"
    return answer.returncode == 0, answer.stdout + answer.stderr


def _judge(folder, case):
    """What is wrong with the two verdicts: a sentence, or nothing."""
    write(folder, case)
    status, words = ask_latchkey(folder, case)
    expected = 1 if case.says else 0
    if status != expected or case.says not in words:
        return f"{case.title}: exit status {status} in place of {expected}, {case.says!r} in: {words}"
    is_trusted, others_words = ask_openssl(folder, case)
    if (is_trusted == (status == 0)) == bool(case.openssl):
        return f"{case.title}: OpenSSL {'does not differ' if case.openssl else 'differs'}: {others_words or is_trusted}"
    return None


def agree(folder, cases):
    """Every verdict is as it is written, and OpenSSL's. Two processes a case, some at a time."""
    titles = [case.title for case in cases]
    assert len(set(titles)) == len(titles), "a title is there twice"
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda numbered: _judge(folder / str(numbered[0]), numbered[1]), enumerate(cases))
        sentences = [sentence for sentence in found if sentence]
    assert not sentences, "\n".join(sentences)
