"""A key's certificate, from the request to its renewal: `latchkey token request`, `import`, `renew`, and what Latchkey does by itself."""
import pytest

from support import clients, servers, tokens
from support.pki import fingerprint, openssl

URL = "http://party.test/"


@pytest.fixture
def key(pki):
    """The token's second key, which has no certificate there."""
    return pki.client("p384")


@pytest.fixture
def held(token, key):
    made = token()
    tokens.add_key(made, key, "second")
    return made


@pytest.fixture
def product(latchkey, held, key):
    """Makes a Latchkey whose parties are shown that key."""
    return lambda *parties: latchkey(*parties, token=held, party={"identity": key.key_sha256})


def kept(product, key):
    return product.folder / f"state/latchkey/certificates/{key.key_sha256}.pem"


def run(product, *arguments):
    done = product.run("token", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def issued(pki, request, folder):
    """What the CA makes of it, with its own certificate behind it."""
    (folder / "request").write_text(request)
    ca = pki.intermediate
    openssl("x509", "-req", "-in", folder / "request", "-CA", ca.certificate, "-CAkey", ca.key, "-days", "30", "-copy_extensions",
            "copyall", "-out", folder / "made")
    return (folder / "made").read_text(), ca.certificate.read_text()


def self_signed(key, days, name="Ann"):
    made = key.key.with_name(f"of-{days}-days")
    openssl("req", "-x509", "-key", key.key, "-subj", f"/CN={name}", "-days", days, "-addext", "keyUsage=critical,digitalSignature",
            "-addext", "basicConstraints=critical,CA:false", "-addext", "extendedKeyUsage=clientAuth", "-out", made)
    return made.read_text()


def keep(product, key, text):
    run(product, "list")  # makes the state folder
    path = kept(product, key)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text(text)


def test_a_request_becomes_the_certificate_that_parties_see(product, pki, key, tmp_path):
    checks = ["-CAfile", str(pki.root.certificate), "-verify_return_error"]
    with servers.OpensslServer(pki.server(), "1.3", more=checks) as server:
        asking = product(server)
        request = run(asking, "request", "--key", key.key_sha256, "--subject", "Ann Example", "--mail", "ann@example.org")
        certificate, ca = issued(pki, request, tmp_path)
        openssl("req", "-in", tmp_path / "request", "-verify", "-noout")
        text = openssl("x509", "-in", tmp_path / "made", "-noout", "-text")
        for words in ("CN = Ann Example", "email:ann@example.org", "TLS Web Client Authentication", "Digital Signature"):
            assert words in text
        (tmp_path / "chain").write_text(certificate + ca)
        assert "kept the certificate for CN=Ann Example" in run(asking, "import", tmp_path / "chain")
        assert "CN=Ann Example" in run(asking, "list")
        with asking as proxy:
            assert clients.curl(URL, port=proxy.port).status == 200, "the server was given the whole chain"
            assert server.certificates() == [fingerprint(certificate)]


@pytest.mark.parametrize("case", ["another key", "wrong order", "another issuer", "no certificate"])
def test_what_is_no_certificate_of_the_tokens_is_not_kept(product, pki, key, tmp_path, case):
    asking = product()
    certificate, ca = issued(pki, run(asking, "request", "--key", key.key_sha256), tmp_path)
    text, why = {"another key": (pki.person().certificate.read_text(), "no key on a token that is in is the one"),
                 "wrong order": (ca + certificate, "no key on a token that is in is the one"),
                 "another issuer": (certificate + pki.root.certificate.read_text(), "has not issued what stands before it"),
                 "no certificate": ("hello", "chain")}[case]
    (tmp_path / "chain").write_text(text)
    done = asking.run("token", "import", tmp_path / "chain")
    assert done.returncode == 1 and why in done.stderr, done.stderr
    assert not kept(asking, key).exists()


def test_the_certificate_on_the_token_goes_first(product, token, pki, tmp_path):
    asking = product()
    (tmp_path / "chain").write_text(self_signed(pki.client("p256"), 100))
    done = asking.run("token", "import", tmp_path / "chain")
    assert done.returncode == 1 and "the token itself holds a certificate for this key" in done.stderr, done.stderr


def test_what_enroll_made_is_made_anew_before_its_end(product, key):
    asking = product()
    keep(asking, key, self_signed(key, 10))
    said = run(asking, "renew")
    assert "made a certificate for CN=Ann, until" in said
    renewed = kept(asking, key).read_text()
    assert openssl("x509", "-in", kept(asking, key), "-noout", "-checkend", 600 * 86400)
    assert f"key {key.key_sha256[:16]}…: until " in run(asking, "renew"), "it is not due any more"
    assert kept(asking, key).read_text() == renewed


def test_each_token_signs_its_own(product, held, pki, key):
    other = pki.client("rsa")
    tokens.add_token(held, other, "the other token")
    asking = product()
    for each in (key, other):
        keep(asking, each, self_signed(each, 10))
    said = run(asking, "renew")
    assert said.count("made a certificate for CN=Ann") == 2
    for each in (key, other):
        assert openssl("x509", "-in", kept(asking, each), "-noout", "-checkend", 600 * 86400)
        openssl("verify", "-CAfile", kept(asking, each), "-check_ss_sig", kept(asking, each))


@pytest.mark.parametrize(("days", "renews"), [(10, True), (40, False)])
def test_latchkey_renews_by_itself_what_it_shows(product, pki, key, days, renews):
    with servers.Nginx(pki.server()) as server:
        asking = product(server)
        keep(asking, key, self_signed(key, days))
        before = kept(asking, key).read_text()
        with asking as proxy:
            assert clients.curl(URL, port=proxy.port).status == 200
            assert (kept(asking, key).read_text() != before) == renews
            assert server.certificates() == [fingerprint(kept(asking, key).read_text())]
            assert ("made a certificate for the token's key" in proxy.log) == renews


def test_a_cas_certificate_is_not_replaced_by_one_of_ours(product, pki, key, tmp_path):
    asking = product()
    certificate, ca = issued(pki, run(asking, "request", "--key", key.key_sha256), tmp_path)
    (tmp_path / "chain").write_text(certificate + ca)
    run(asking, "import", tmp_path / "chain")
    assert "its issuer has to make the next: `latchkey token request`" in run(asking, "renew")
    assert kept(asking, key).read_text() == certificate + ca
