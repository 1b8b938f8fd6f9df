"""Revocation lists in a folder: what is listed is refused, and a list that has grown old refuses all of its CA's.

OpenSSL's verdicts (-crl_check_all) are the same where every CA has a list; it refuses where one has none, as it was asked to.
"""
import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from support.chains import NOW, Case, ask_latchkey, ask_openssl, holder, issue, write

DAY = datetime.timedelta(days=1)


def crl(issuer, revoked=(), valid=(NOW - DAY, NOW + DAY), digest=hashes.SHA256(), more=()):
    builder = (x509.CertificateRevocationListBuilder().issuer_name(issuer.name).last_update(valid[0]).next_update(valid[1])
               .add_extension(x509.CRLNumber(1), False)
               .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer.key_identifier), False))
    for extension in more:
        builder = builder.add_extension(*extension)
    for certificate in revoked:
        builder = builder.add_revoked_certificate(x509.RevokedCertificateBuilder().serial_number(certificate.serial_number)
                                                  .revocation_date(NOW - DAY).build())
    return builder.sign(issuer.key, digest)


class Chain:
    """A server under a CA under a root, in files; and a folder for CRLs."""

    def __init__(self, folder):
        self.folder = folder / "chain"
        self.crls = folder / "crls"
        self.crls.mkdir()
        self.root, self.middle, self.leaf = map(holder, ("Root", "Middle", "Leaf"))
        self.root_ca = issue(self.root, self.root, ca=True)
        self.middle_ca = issue(self.middle, self.root, ca=True)
        self.server = issue(self.leaf, self.middle)
        self.case = Case("chain", [self.server, self.middle_ca], [self.root_ca])
        write(self.folder, self.case)

    def put(self, name, *lists, encoding=serialization.Encoding.PEM):
        (self.crls / name).write_bytes(b"".join(one.public_bytes(encoding) for one in lists))

    def verify(self):
        return ask_latchkey(self.folder, self.case, "--crls", self.crls)

    def ask_openssl(self):
        lists = [part for path in sorted(self.crls.iterdir()) for part in ("-CRLfile", path)]
        return ask_openssl(self.folder, self.case, "-crl_check_all", *lists)[0]


@pytest.fixture
def chain(tmp_path):
    return Chain(tmp_path)


def test_an_empty_folder_changes_nothing(chain):
    assert chain.verify()[0] == 0


def test_no_folder_is_an_error(chain):
    chain.crls.rmdir()
    status, words = chain.verify()
    assert status == 2 and "is not a folder" in words


def test_what_is_listed_is_revoked(chain):
    chain.put("root.crl", crl(chain.root))
    chain.put("middle.crl", crl(chain.middle, [chain.server]))
    status, words = chain.verify()
    assert status == 1 and "the certificate of CN=Leaf was revoked (the CRL of CN=Middle)" in words
    assert not chain.ask_openssl()
    chain.put("middle.crl", crl(chain.middle, [chain.middle_ca]))  # another CA's number
    assert chain.verify()[0] == 0 and chain.ask_openssl()


@pytest.mark.parametrize("usage", ["0", "2"], ids=["PKIX-TA", "DANE-TA"])
def test_a_tlsa_record_about_the_ca_does_not_heal_it(chain, usage):
    digest = chain.middle_ca.fingerprint(hashes.SHA256()).hex()
    dane = ("--crls", chain.crls, "--trust", "dane", "--tlsa", f"{usage} 0 1 {digest}")
    assert ask_latchkey(chain.folder, chain.case, *dane)[0] == 0
    chain.put("middle.crl", crl(chain.middle, [chain.server]))
    status, words = ask_latchkey(chain.folder, chain.case, *dane)
    assert status == 1 and "the certificate of CN=Leaf was revoked (the CRL of CN=Middle)" in words


def test_a_revoked_ca_ends_the_path(chain):
    chain.put("all.pem", crl(chain.middle), crl(chain.root, [chain.middle_ca]))
    status, words = chain.verify()
    assert status == 1 and "the certificate of CN=Middle was revoked (the CRL of CN=Root)" in words
    assert not chain.ask_openssl()


def test_a_revoked_ca_leaves_another_way(chain, tmp_path):
    other = holder("Other")
    case = Case("two ways", [chain.server, chain.middle_ca, issue(chain.middle, other, ca=True)],
                [chain.root_ca, issue(other, other, ca=True)])
    write(tmp_path / "two", case)
    chain.put("root.crl", crl(chain.root, [chain.middle_ca]))
    assert ask_latchkey(tmp_path / "two", case, "--crls", chain.crls)[0] == 0


def test_der_is_read_too(chain):
    chain.put("middle.der", crl(chain.middle, [chain.server]), encoding=serialization.Encoding.DER)
    assert chain.verify()[0] == 1


def test_a_list_is_good_until_the_next_one(chain):
    chain.put("root.crl", crl(chain.root))
    chain.put("middle.crl", crl(chain.middle, valid=(NOW - 2 * DAY, NOW - DAY)))
    status, words = chain.verify()
    assert status == 1 and "the CRL of CN=Middle expired on 2029-12-31" in words
    assert not chain.ask_openssl()
    chain.put("middle.crl", crl(chain.middle, valid=(NOW + DAY, NOW + 2 * DAY)))
    status, words = chain.verify()
    assert status == 1 and "is not valid before 2030-01-02" in words
    assert not chain.ask_openssl()


def test_a_pass_ends_with_the_list(chain):
    chain.put("middle.crl", crl(chain.middle))
    status, words = chain.verify()
    assert status == 0 and "until 2030-01-02T00:00:00Z" in words


def test_a_newer_list_takes_the_older_ones_place(chain):
    chain.put("old.crl", crl(chain.middle, [chain.server], valid=(NOW - 3 * DAY, NOW - 2 * DAY)))
    chain.put("root.crl", crl(chain.root))
    assert chain.verify()[0] == 1
    chain.put("new.crl", crl(chain.middle))
    assert chain.verify()[0] == 0


def test_parts_of_a_list_all_count(chain):
    def part(number):
        point = x509.IssuingDistributionPoint([x509.UniformResourceIdentifier(f"http://crl.example/{number}")], None, False,
                                              False, None, False, False)
        return [(point, True)]
    chain.put("1.crl", crl(chain.middle, [chain.server], valid=(NOW - 2 * DAY, NOW + DAY), more=part(1)))
    chain.put("2.crl", crl(chain.middle, more=part(2)))
    status, words = chain.verify()
    assert status == 1 and "revoked" in words


def test_somebody_elses_list_proves_nothing(chain):
    chain.put("middle.crl", crl(holder("Middle"), [chain.server]))  # another key of that name, and it says so
    assert chain.verify()[0] == 0
    forged = holder("Middle")
    forged.key_identifier = chain.middle.key_identifier
    chain.put("middle.crl", crl(forged))
    status, words = chain.verify()
    assert status == 1 and "the CRL of CN=Middle is not signed by it" in words


def test_a_ca_has_to_be_allowed_to_sign_lists(chain, tmp_path):
    case = Case("mute", [chain.server, issue(chain.middle, chain.root, ca=True, usage=["key_cert_sign"])], [chain.root_ca])
    write(tmp_path / "mute", case)
    chain.put("root.crl", crl(chain.root))
    chain.put("middle.crl", crl(chain.middle))
    status, words = ask_latchkey(tmp_path / "mute", case, "--crls", chain.crls)
    assert status == 1 and "may not sign CRLs" in words
    assert not ask_openssl(tmp_path / "mute", case, "-crl_check_all", "-CRLfile", chain.crls / "root.crl", "-CRLfile",
                           chain.crls / "middle.crl")[0]


@pytest.mark.parametrize("octets", [b"", b"nothing", b"0", b"-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n"])
def test_a_file_that_cannot_be_read_is_an_error(chain, octets):
    (chain.crls / "broken.crl").write_bytes(octets)
    status, words = chain.verify()
    assert status == 2 and "broken.crl" in words


def test_what_would_change_a_lists_meaning_is_not_read(chain):
    chain.put("delta.crl", crl(chain.middle, more=[(x509.DeltaCRLIndicator(1), True)]))
    status, words = chain.verify()
    assert status == 2 and "critical extension" in words
    indirect = x509.IssuingDistributionPoint(None, None, False, False, None, True, False)
    chain.put("delta.crl", crl(chain.middle, more=[(indirect, True)]))
    status, words = chain.verify()
    assert status == 2 and "indirect" in words
    chain.put("delta.crl", crl(chain.middle, digest=hashes.SHA1()))
    status, words = chain.verify()
    assert status == 2 and "another algorithm" in words
