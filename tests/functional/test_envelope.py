"""Real servers take the envelope from a token: where they ask for any certificate, and where it is all that they trust."""
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from support import clients, envelopes, openpgp, servers, tokens
from support.pki import openssl

URL = "http://party.test/index.html"
NAME = "party.test"
# An Ed25519 key signs in TLS 1.3 only: mbedTLS, like TLS 1.2's usual algorithms, has no place for it below. An RSA key
# signs with RSA-PSS in TLS 1.3, which this token can.
COMBINATIONS = [("rsa", "1.2"), ("rsa", "1.3"), ("p256", "1.2"), ("p256", "1.3"), ("ed25519", "1.3")]


@pytest.fixture(scope="module")
def envelope():
    """Makes an envelope for a key of this kind."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="latchkey-envelope-"))
    folder.chmod(0o755)
    made = {}

    def make(kind):
        if kind not in made:
            key = openpgp.Key(kind)
            inside = openpgp.certificate(key, [NAME], flags=openpgp.CERTIFY | openpgp.SIGN | openpgp.AUTHENTICATE)
            made[kind] = envelopes.make(folder / kind, key.private, inside, NAME)
        return made[kind]

    yield make
    shutil.rmtree(folder)


class PinningNginx(servers.Nginx):
    """nginx that takes nobody but who is in its CA file."""

    name = "nginx, ssl_verify_client on"

    def __init__(self, identity, tls, trusted):
        super().__init__(identity, tls)
        self._CONFIGURATION = self._CONFIGURATION.replace(
            "ssl_verify_client optional_no_ca;", f"ssl_verify_client on; ssl_client_certificate {trusted};")


class PinningHaproxy(servers.Haproxy):
    name = "haproxy, verify required"

    def __init__(self, identity, tls, trusted):
        super().__init__(identity, tls)
        self._CONFIGURATION = self._CONFIGURATION.replace(
            "verify optional ca-file {root} crt-ignore-err all ca-ignore-err all", f"verify required ca-file {trusted}")


class PinningOpenssl(servers.OpensslServer):
    name = "s_server, -verify_return_error"

    def __init__(self, identity, tls, trusted):
        super().__init__(identity, tls, more=("-CAfile", str(trusted), "-verify_return_error"))


class PinningGnutls(servers.GnutlsServer):
    name = "gnutls-serv, --verify-client-cert"

    def __init__(self, identity, tls, trusted):
        super().__init__(identity, tls)
        self._options += ["--verify-client-cert", "--x509cafile", str(trusted)]


PINNING = (PinningNginx, PinningOpenssl, PinningGnutls, PinningHaproxy)


@pytest.mark.parametrize("kind", ["rsa", "p256", "ed25519"])
def test_openssl_shows_and_verifies_it(envelope, kind):
    made = envelope(kind)
    text = openssl("x509", "-in", made.certificate, "-noout", "-text")
    assert envelopes.OID.dotted_string in text and "Digital Signature" in text
    openssl("verify", "-CAfile", made.certificate, "-check_ss_sig", "-x509_strict", made.certificate)


@pytest.mark.parametrize("kind, tls", COMBINATIONS)
@pytest.mark.parametrize("server_kind", servers.REAL_SERVERS, ids=lambda kind: kind.name)
def test_who_asks_for_any_certificate_takes_it(latchkey, pki, home, envelope, server_kind, kind, tls):
    shown = envelope(kind)
    with server_kind(pki.server(), tls=tls) as server, latchkey(server, token=tokens.make(home / "token", shown)) as proxy:
        answer = clients.curl(URL, port=proxy.port)
        assert answer.status == 200, answer
        assert server.certificates() == [shown.sha256]


@pytest.mark.parametrize("kind, tls", COMBINATIONS)
@pytest.mark.parametrize("server_kind", PINNING, ids=lambda kind: kind.name)
def test_who_trusts_it_alone_takes_it(latchkey, pki, home, envelope, server_kind, kind, tls):
    shown = envelope(kind)
    server = server_kind(pki.server(), tls, shown.certificate)
    with server, latchkey(server, token=tokens.make(home / "token", shown)) as proxy:
        answer = clients.curl(URL, port=proxy.port)
        assert answer.status == 200, answer
        assert server.certificates() == [shown.sha256]


@pytest.mark.parametrize("server_kind", PINNING, ids=lambda kind: kind.name)
def test_who_trusts_another_one_alone_does_not_take_it(latchkey, pki, home, envelope, server_kind):
    other, shown = envelope("p256"), envelope("rsa")
    server = server_kind(pki.server(), "1.3", other.certificate)
    with server, latchkey(server, token=tokens.make(home / "token", shown)) as proxy:
        assert clients.curl(URL, port=proxy.port).status != 200


@pytest.fixture
def with_keyring(latchkey, home):
    """Makes a Latchkey whose token has this key, and whose user's keyring has its OpenPGP certificate."""
    def make(key, server, names=(NAME,), **party):
        inside = openpgp.certificate(key, list(names), flags=openpgp.CERTIFY | openpgp.SIGN | openpgp.AUTHENTICATE)
        plain = envelopes.make(home / "plain", key.private, inside, NAME)
        product = latchkey(server, token=tokens.make(home / "token", plain), party={"auth": ["openpgp-x509"]} | party)
        keyring = pathlib.Path(product.environment["HOME"]) / ".gnupg"
        keyring.mkdir(mode=0o700, parents=True)
        subprocess.run(["gpg", "--homedir", str(keyring), "--batch", "--quiet", "--no-autostart", "--import"], input=inside,
                       check=True, capture_output=True)
        return product
    return make


@pytest.mark.parametrize("days", [200, 100, -1])
def test_renew_makes_the_one_anew_that_is_due(with_keyring, pki, home, days):
    key = openpgp.Key("p256")
    with servers.OpensslServer(pki.server(), "1.3") as server:
        product = with_keyring(key, server)
        assert "envelope" not in product.run("token", "renew").stdout, "no party has wanted one yet"
        with product as proxy:
            assert clients.curl(URL, port=proxy.port).status == 200
    (kept,) = (product.folder / "state/latchkey/certificates").glob("*.envelope.pem")
    older = envelopes.make(home / "older", key.private, envelopes.content(kept.read_bytes()), NAME, days).certificate.read_text()
    kept.write_text(older)
    said = product.run("token", "renew")
    assert said.returncode == 0, said.stderr
    assert ("made its envelope anew" in said.stdout) == (kept.read_text() != older) == (days < 120)
    if days < 120:
        openssl("verify", "-CAfile", kept, "-check_ss_sig", kept)
        assert openssl("x509", "-in", kept, "-noout", "-checkend", 360 * 86400)


def test_renew_makes_those_of_other_user_ids_anew_too(with_keyring, pki, home):
    key, other = openpgp.Key("p256"), "Other <other@party.test>"
    with servers.OpensslServer(pki.server(), "1.3") as server:
        product = with_keyring(key, server, (NAME, other), user_id=other)
        with product as proxy:
            assert clients.curl(URL, port=proxy.port).status == 200
    (kept,) = (product.folder / "state/latchkey/certificates").glob("*.envelope.pem")
    inside = envelopes.content(kept.read_bytes())
    assert other.encode() in inside
    older = envelopes.make(home / "older", key.private, inside, NAME, 100).certificate.read_text()
    kept.write_text(older)
    said = product.run("token", "renew")
    assert said.returncode == 0 and said.stdout.count("made its envelope anew") == 1, said.stderr + said.stdout
    assert kept.read_text() != older and envelopes.content(kept.read_bytes()) == inside


@pytest.mark.parametrize("kind", ["rsa", "p256", "ed25519"])
def test_our_own_is_made_shown_and_kept(with_keyring, pki, kind):
    """The token has a key, and the user's keyring its OpenPGP certificate: the envelope is made when a party asks."""
    with servers.OpensslServer(pki.server(), "1.3") as server:
        product = with_keyring(openpgp.Key(kind), server)
        with product as proxy:
            assert clients.curl(URL, port=proxy.port).status == 200
            (kept,) = (product.folder / "state/latchkey/certificates").glob("*.envelope.pem")
            assert server.certificates() == [servers.fingerprint(kept.read_text())]
            assert proxy.run("reload").returncode == 0  # no session is resumed after that
            assert clients.curl(URL, port=proxy.port).status == 200
            assert server.certificates(2) == [servers.fingerprint(kept.read_text())] * 2
            openssl("verify", "-CAfile", kept, "-check_ss_sig", kept)
            text = openssl("x509", "-in", kept, "-noout", "-text")
            assert envelopes.OID.dotted_string in text and f"DNS:{NAME}" in text
