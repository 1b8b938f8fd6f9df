"""OpenPGP certificates that are refused, each with its own reason, judged offline with a real GnuPG home."""
import contextlib
import os
import subprocess

import pytest

from support import envelopes, openpgp
from support.openpgp import AUTHENTICATE, CERTIFY, ENCRYPT, SIGN, Key, Subkey, certificate

NAME = "https://party.test"


class Home:
    """A GnuPG home, and the certificates that a test writes."""

    def __init__(self, folder):
        self.folder = folder
        self.path = folder / "gnupg"
        self.path.mkdir(mode=0o700)

    def gpg(self, *arguments, input=None):
        done = subprocess.run(["gpg", "--homedir", self.path, "--batch", "--no-tty", "--quiet", *arguments], input=input,
                              capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        return done.stdout

    def file(self, octets, name="presented.pgp"):
        path = self.folder / name
        path.write_bytes(octets)
        return path

    def take(self, octets):
        self.gpg("--import", self.file(octets, "taken.pgp"))

    def trust(self, key, level=6):
        self.gpg("--import-ownertrust", input=f"{key.fingerprint}:{level}:\n".encode())

    def kill(self):
        subprocess.run(["gpgconf", "--homedir", self.path, "--kill", "all"], timeout=60, check=False)


@pytest.fixture
def gnupg(home):
    made = Home(home)
    with contextlib.closing(contextlib.ExitStack()) as stack:
        stack.callback(made.kill)
        yield made


@pytest.fixture
def judge(latchkey, gnupg):
    """Asks `latchkey verify` about what is presented: (trusted, the reason of openpgp)."""
    idle = latchkey()

    def ask(octets, *options, host="party.test", trust="openpgp"):
        done = idle.run("verify", "--host", host, "--openpgp", gnupg.file(octets), "--keyring", gnupg.path, "--trust", trust, *options)
        assert done.returncode in (0, 1), done.stderr
        verdict = done.stdout.splitlines()[0]
        assert verdict.startswith("openpgp: ")
        return done.returncode == 0, verdict
    return ask


@pytest.fixture
def party(gnupg):
    """A primary key and a subkey that authenticates, in the keyring and valid there."""
    primary, subkey = Key(), Key()
    gnupg.take(certificate(primary, [NAME], [Subkey(subkey, AUTHENTICATE)]))
    gnupg.trust(primary)
    return primary, subkey


def test_a_valid_key_with_the_hosts_name_passes(judge, party):
    primary, subkey = party
    trusted, reason = judge(certificate(primary, [NAME], [Subkey(subkey, AUTHENTICATE)]))
    assert trusted and primary.fingerprint in reason


def test_armored_files_are_read(judge, gnupg, party):
    primary, _ = party
    trusted, _ = judge(gnupg.gpg("--armor", "--export", primary.fingerprint))
    assert trusted


def test_a_key_that_the_user_signed_is_valid(judge, gnupg):
    """The web of trust as it is used: a key of the user's own, and a local signature."""
    gnupg.gpg("--passphrase", "", "--quick-gen-key", "user@example.org", "ed25519", "cert", "never")
    primary, subkey = Key(), Key()
    octets = certificate(primary, [NAME], [Subkey(subkey, AUTHENTICATE)])
    gnupg.take(octets)
    assert not judge(octets)[0]
    gnupg.gpg("--yes", "--quick-lsign-key", primary.fingerprint)
    assert judge(octets)[0]


def test_a_first_use_is_trusted_where_the_user_wants_it(judge, gnupg):
    primary, subkey = Key(), Key()
    octets = certificate(primary, [NAME], [Subkey(subkey, AUTHENTICATE)])
    gnupg.take(octets)
    assert not judge(octets)[0]
    (gnupg.path / "gpg.conf").write_text("trust-model tofu+pgp\n")
    assert judge(octets)[0]
    gnupg.gpg("--tofu-policy", "bad", primary.fingerprint)
    assert not judge(octets)[0]


def test_a_key_that_nobody_knows_is_absent(judge):
    primary, subkey = Key(), Key()
    trusted, reason = judge(certificate(primary, [NAME], [Subkey(subkey, AUTHENTICATE)]))
    assert not trusted and reason.startswith("openpgp: absent: ") and "not in your keyring" in reason


def test_a_listed_key_needs_neither_name_nor_keyring(judge):
    primary, subkey = Key(), Key()
    octets = certificate(primary, ["Somebody Else"], [Subkey(subkey, AUTHENTICATE)])
    assert judge(octets, "--listed", primary.fingerprint)[0]
    trusted, reason = judge(octets, "--listed", subkey.fingerprint)
    assert not trusted and "is not one of those that are listed" in reason


@pytest.fixture
def judge_envelope(latchkey, gnupg):
    """The same about an envelope, made with the private key of `key`, with `inside` in it."""
    idle = latchkey()

    def ask(key, inside):
        file = envelopes.make(gnupg.folder / f"envelope-{key.fingerprint}", key.private, inside, "Party").certificate
        done = idle.run("verify", "--host", "party.test", "--chain", file, "--keyring", gnupg.path, "--trust", "openpgp")
        assert done.returncode in (0, 1), done.stderr
        return done.returncode == 0, done.stdout.splitlines()[0]
    return ask


def test_an_envelope_is_judged_by_the_certificate_in_it(judge_envelope, party):
    primary, subkey = party
    trusted, found = judge_envelope(subkey, certificate(primary, [NAME], [Subkey(subkey, AUTHENTICATE)]))
    assert trusted, found


def test_an_envelope_whose_inner_key_is_not_its_own(judge_envelope, party):
    primary, subkey = party
    trusted, found = judge_envelope(Key(), certificate(primary, [NAME], [Subkey(subkey, AUTHENTICATE)]))
    assert not trusted and found.startswith("openpgp: fail: ") and "whose key is none of the OpenPGP certificate inside" in found


class Impostor(Key):
    """Signs with its own key, in another one's name."""

    def __init__(self, victim):
        super().__init__()
        self.body = victim.body


def test_an_envelope_with_a_forged_certificate_in_it(judge_envelope, party):
    """Mallory's key in the party's certificate; the binding says that it is the party's, and is hers."""
    primary, _ = party
    mallory = Key()
    forged = Subkey(mallory, AUTHENTICATE).packets(Impostor(primary))
    trusted, found = judge_envelope(mallory, certificate(primary, [NAME]) + forged)
    assert not trusted and found.startswith("openpgp: fail: ") and "is not bound to the OpenPGP key" in found


def test_an_envelope_with_a_binding_of_somebody_elses_in_it(judge_envelope, party):
    primary, _ = party
    mallory = Key()
    trusted, found = judge_envelope(mallory, certificate(primary, [NAME]) + Subkey(mallory, AUTHENTICATE).packets(mallory))
    assert not trusted and found.startswith("openpgp: fail: ") and "has no binding signature" in found


def _refusals():
    """What a good pair of keys can be spoilt by: (what is presented, options for what the keyring holds, reason)."""
    long_ago = openpgp.DAY
    return {
        "revoked": (dict(revoked=True), {}, "is revoked"),
        "revoked and presented stripped": ({}, dict(revoked=True), "is revoked"),
        "expired": (dict(lifetime=long_ago), dict(lifetime=long_ago), "expired on 2020-01-02"),
        "subkey revoked": (dict(subkey=dict(revoked=True)), {}, "is revoked"),
        "subkey revoked and presented stripped": ({}, dict(subkey=dict(revoked=True)), "is revoked"),
        "subkey expired": (dict(subkey=dict(lifetime=long_ago)), dict(subkey=dict(lifetime=long_ago)), "expired on 2020-01-02"),
        "subkey without binding": (dict(subkey=dict(bound=False)), None, "is not bound to the OpenPGP key"),
        "signs without back-signature": (dict(subkey=dict(flags=SIGN, back_signature=False)), None, "has no back-signature"),
        "signs and authenticates without back-signature": (dict(subkey=dict(flags=SIGN | AUTHENTICATE, back_signature=False)), None,
                                                           "has no back-signature"),
        "encryption only": (dict(subkey=dict(flags=ENCRYPT)), None, "may neither authenticate nor sign"),
    }


def _made(primary, key, subkey=None, **options):
    return certificate(primary, [NAME], [Subkey(key, **{"flags": AUTHENTICATE, **(subkey or {})})], **options)


@pytest.mark.parametrize("fault", _refusals())
@pytest.mark.parametrize("listed", [False, True], ids=["valid", "listed"])
def test_refused_although_valid_or_listed(judge, gnupg, fault, listed):
    presented, stored, reason = _refusals()[fault]
    primary, subkey = Key(), Key()
    # Without a subkey where the keyring has to leave it to what is presented.
    gnupg.take(certificate(primary, [NAME]) if stored is None else _made(primary, subkey, **stored))
    gnupg.trust(primary)
    options = ["--openpgp-key", subkey.fingerprint, *(["--listed", primary.fingerprint] if listed else [])]
    trusted, found = judge(_made(primary, subkey, **presented), *options)
    assert not trusted
    assert found.startswith("openpgp: fail: ") and reason in found


def test_one_bit_flipped_in_a_signature(judge, party):
    primary, subkey = party
    stranger = Key()
    octets = certificate(primary, [NAME], [Subkey(subkey, AUTHENTICATE), Subkey(stranger, AUTHENTICATE)])
    spoilt = octets[:-1] + bytes([octets[-1] ^ 1])
    assert judge(octets, "--openpgp-key", stranger.fingerprint)[0]
    trusted, reason = judge(spoilt, "--openpgp-key", stranger.fingerprint)
    assert not trusted and "is not bound to the OpenPGP key" in reason


def test_a_forged_user_id_is_nobodys(judge, gnupg):
    """The self-signature is by another key: GnuPG drops the user ID."""
    primary, forger = Key(), Key()
    own = certificate(primary, ["Somebody"], flags=CERTIFY | AUTHENTICATE)
    gnupg.take(own)
    gnupg.trust(primary)
    trusted, reason = judge(own + openpgp.user_id(forger, NAME))
    assert not trusted and "no user ID" in reason


def test_an_adopted_subkey(judge, gnupg, party):
    primary, subkey = party
    octets = certificate(primary, [NAME], [Subkey(subkey, AUTHENTICATE)])
    mallory = Key()
    stolen = certificate(mallory, [NAME], [Subkey(subkey, AUTHENTICATE)])
    # Not in the keyring, Mallory's certificate harms nobody.
    assert judge(octets)[0]
    assert "several OpenPGP keys" in judge(stolen)[1]
    gnupg.take(stolen)
    gnupg.trust(mallory)
    for presented in (octets, stolen):
        trusted, reason = judge(presented)
        assert not trusted and "several OpenPGP keys in your keyring have the subkey" in reason
    assert judge(octets, "--listed", primary.fingerprint)[0]
    assert not judge(stolen, "--listed", primary.fingerprint)[0]


@pytest.mark.parametrize("host", ["other.test", "test", "arty.test", "www.party.test", "party.test.evil.test"])
def test_another_name(judge, party, host):
    primary, subkey = party
    trusted, reason = judge(certificate(primary, [NAME], [Subkey(subkey, AUTHENTICATE)]), host=host)
    assert not trusted and "no user ID of the OpenPGP key" in reason


@pytest.mark.parametrize("user_id", ["party.test <mallory@evil.test>", "Mallory <mallory@party.test>", "https://party.test/", "xparty.test",
                                     "https://party.test.evil.test", "Mallory (https://party.test)"])
def test_a_name_that_is_only_a_part(judge, gnupg, user_id):
    primary = Key()
    octets = certificate(primary, [user_id], flags=CERTIFY | AUTHENTICATE)
    gnupg.take(octets)
    gnupg.trust(primary)
    trusted, reason = judge(octets)
    assert not trusted and "no user ID of the OpenPGP key" in reason


def test_a_name_that_is_revoked(judge, gnupg, party):
    primary, subkey = party
    gnupg.take(certificate(primary, ["Somebody"], [Subkey(subkey, AUTHENTICATE)], revoked_names=[NAME]))
    trusted, reason = judge(certificate(primary, [NAME], [Subkey(subkey, AUTHENTICATE)]))
    assert not trusted and "no user ID" in reason


@pytest.mark.parametrize("level", [None, 2, 3, 4, 5])
def test_a_key_that_is_not_valid(judge, gnupg, level):
    """Ownertrust says how far somebody's signatures count, and makes nobody's own key valid, unless it is ultimate."""
    primary, subkey = Key(), Key()
    octets = certificate(primary, [NAME], [Subkey(subkey, AUTHENTICATE)])
    gnupg.take(octets)
    if level:
        gnupg.trust(primary, level)
    trusted, reason = judge(octets)
    assert not trusted and "is in your keyring, and not valid there" in reason and "--quick-lsign-key" in reason


def test_a_key_that_is_disabled(judge, gnupg, party):
    primary, subkey = party
    gnupg.gpg("--command-fd", "0", "--edit-key", primary.fingerprint, input=b"disable\nsave\n")
    trusted, reason = judge(certificate(primary, [NAME], [Subkey(subkey, AUTHENTICATE)]))
    assert not trusted and "you have disabled" in reason


def test_a_party_that_lists_keys_and_answers_with_x509(latchkey, gnupg, pki):
    idle, server = latchkey(), pki.server()
    good = ["verify", "--host", "party.test", "--chain", server.chain, "--roots", pki.root.certificate, "--keyring", gnupg.path,
            "--trust", "openpgp or dane or pkix"]
    assert idle.run(*good).returncode == 0
    done = idle.run(*good, "--listed", Key().fingerprint)
    assert done.returncode == 1
    assert "OpenPGP keys are listed, and no OpenPGP certificate was presented" in done.stdout


def test_time_is_the_judgements(judge, gnupg):
    primary, subkey = Key(), Key()
    # A lifetime of ten years from 2020.
    octets = certificate(primary, [NAME], [Subkey(subkey, AUTHENTICATE, lifetime=3653 * openpgp.DAY)])
    gnupg.take(octets)
    gnupg.trust(primary)
    assert judge(octets, "--time", "2029-12-31T23:59:59Z")[0]
    trusted, reason = judge(octets, "--time", "2030-01-01T00:00:00Z")
    assert not trusted and "expired on 2030-01-01" in reason
    trusted, reason = judge(octets, "--time", "2019-01-01T00:00:00Z")
    assert not trusted and "yet to come" in reason


def test_the_keyring_is_left_as_it_was(judge, gnupg, party):
    primary, subkey = party
    judge(certificate(primary, [NAME], [Subkey(subkey, AUTHENTICATE)]))
    before = {path.name: path.stat().st_mtime_ns for path in gnupg.path.iterdir() if path.is_file()}
    extra = certificate(primary, [NAME, "another.test"], [Subkey(subkey, AUTHENTICATE), Subkey(Key(), AUTHENTICATE)])
    judge(extra)
    judge(certificate(Key(), [NAME], flags=CERTIFY | AUTHENTICATE))
    assert {path.name: path.stat().st_mtime_ns for path in gnupg.path.iterdir() if path.is_file()} == before


def test_without_gnupg_it_is_an_error_and_no_absence(latchkey, gnupg, party, monkeypatch):
    primary, subkey = party
    file = gnupg.file(certificate(primary, [NAME], [Subkey(subkey, AUTHENTICATE)]))
    idle = latchkey()
    bare = gnupg.folder / "bin"
    bare.mkdir()
    idle.environment["PATH"] = str(bare)
    done = idle.run("verify", "--host", "party.test", "--openpgp", file, "--keyring", gnupg.path, "--trust", "openpgp")
    assert done.returncode == 1
    assert "openpgp: fail: the keyring cannot be asked" in done.stdout and "GnuPG" in done.stdout
