"""TLSA records of every form, and what others say of them: OpenSSL's own DANE, and ldns-dane.

Verdicts are "pass", "fail" and "absent": no record can be used, so it is as if there were none.
"""
import hashlib
import itertools
import json
import subprocess

from support.latchkey import BINARY, SLOWNESS
from support.pki import openssl

PKIX_TA, PKIX_EE, DANE_TA, DANE_EE = range(4)
CERT, SPKI = range(2)
FULL, SHA256, SHA512 = range(3)
FORMS = list(itertools.product(range(4), range(2), range(3)))


def selected(certificate, selector):
    """What a selector is about, in DER: of a certificate in a PEM file."""
    if selector == CERT:
        return _der("x509", "-in", certificate)
    return _der("pkey", "-pubin", text=openssl("x509", "-in", certificate, "-noout", "-pubkey"))


def _der(command, *options, text=None):
    done = subprocess.run(["openssl", command, *map(str, options), "-outform", "DER"], input=text and text.encode(),
                          stdin=None if text else subprocess.DEVNULL, capture_output=True, check=True)
    return done.stdout


def record(form, certificate):
    """The record of this form that is about the certificate in a PEM file, as zones write it."""
    usage, selector, matching_type = form
    data = selected(certificate, selector)
    digested = (data, hashlib.sha256(data).digest(), hashlib.sha512(data).digest())[matching_type]
    return f"{usage} {selector} {matching_type} {digested.hex()}"


def unusable(form):
    """A record of this form that nobody can use: a digest that is too short, or data that is neither certificate nor key."""
    return "{} {} {} 30030101ff".format(*form)


def _verify(host, chain, roots, records, trust):
    options = ["--host", host, "--chain", chain, "--roots", roots, "--trust", trust, "--json"]
    for text in records:
        options += ["--tlsa", text]
    done = subprocess.run([str(BINARY), "verify", *map(str, options)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=30 * SLOWNESS)
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    assert report["trusted"] == (done.returncode == 0)
    return report


def latchkey_verdict(host, chain, roots, records):
    """What the assessor `dane` of `latchkey verify` finds, and why."""
    finding, = _verify(host, chain, roots, records, "dane")["evidence"]
    return finding["verdict"], finding["reason"]


def latchkey_trusts(host, chain, roots, records, trust):
    """Whether `latchkey verify` trusts it by this expression."""
    return _verify(host, chain, roots, records, trust)["trusted"]


def openssl_verdict(host, port, roots, records):
    """What `openssl s_client` finds at a live server, with DANE-EE as RFC 7671, section 5.1, has it."""
    options = ["-connect", f"127.0.0.1:{port}", "-servername", host, "-CAfile", roots, "-no-CApath", "-no-CAstore",
               "-dane_tlsa_domain", host, "-dane_ee_no_namechecks", "-verify_return_error", "-brief"]
    for text in records:
        options += ["-dane_tlsa_rrdata", text]
    done = subprocess.run(["openssl", "s_client", *map(str, options)], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=30)
    said = done.stdout + done.stderr
    if "Failed to import any TLSA records" in said:
        return "absent", said
    passed = done.returncode == 0 and "Verification: OK" in said and "DANE TLSA" in said
    assert passed or "verify error" in said or "verify failed" in said, said
    return "pass" if passed else "fail", said


def ldns_verdict(folder, host, chain, roots, records):
    """What `ldns-dane` finds in files: the records count as secure (-d)."""
    zone = folder / "tlsa"
    zone.write_text("".join(f"_443._tcp.{host}. 3600 IN TLSA {text}\n" for text in records))
    done = subprocess.run(["ldns-dane", "-d", "-T", "-t", str(zone), "-c", str(chain), "-f", str(roots), "verify", host, "443"],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=30)
    said = done.stdout + done.stderr
    if "No usable TLSA records were found" in said:
        return "absent", said
    assert done.returncode in (0, 1), said
    assert ("dane-validated successfully" in said) == (done.returncode == 0), said
    return "pass" if done.returncode == 0 else "fail", said
