"""Somebody has stolen the key of a local CA: what he signs for another name than the party's is refused by Chromium, Firefox,
curl and OpenSSL; and after `latchkey ca uninstall` what he signs for the party's own is refused as well."""
import contextlib
import os
import subprocess

import pytest

from support import clients, servers
from support.browsers import BROWSERS
from support.pki import Identity, openssl

PARTY, OTHER_PARTY, UNRELATED = "a.example.org", "b.example.org", "unrelated.test"
ADDRESS = "127.0.0.1"
# A host, and whether a leaf of the first party's CA is good for it.
CASES = {PARTY: True, f"below.{PARTY}": True, OTHER_PARTY: False, UNRELATED: False, "example.org": False, ADDRESS: False}
HOSTS = f"127.0.0.1 localhost {' '.join(host for host in CASES if host != ADDRESS)}\n"


@pytest.fixture
def product(latchkey):
    return latchkey(parties=[{"hosts": [PARTY]}, {"hosts": [OTHER_PARTY]}])


@pytest.fixture
def ca(product):
    """The first party's CA, with the key that lies in the state folder."""
    exported = product.folder / "exported.pem"
    exported.write_text(product.run("ca", "export", "--party", PARTY).stdout)
    [certificate] = [path for path in (product.folder / "state/latchkey/ca").glob("*.pem") if path.name != "bundle.pem"
                     and openssl("x509", "-in", path, "-outform", "PEM") == openssl("x509", "-in", exported, "-outform", "PEM")]
    return Identity("stolen", certificate.with_suffix(".key"), exported, exported, True)


def signed(ca, folder, host):
    """What the thief makes for `host`."""
    folder.mkdir()
    made = Identity(host, folder / "key", folder / "certificate", folder / "certificate", False)
    kind = "DNS" if host[-1].isalpha() else "IP"
    (folder / "extensions").write_text(f"subjectAltName={kind}:{host}\nextendedKeyUsage=serverAuth\n")
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={host}", "-keyout", made.key,
            "-out", folder / "request")
    openssl("x509", "-req", "-in", folder / "request", "-CA", ca.certificate, "-CAkey", ca.key, "-days", "1", "-extfile",
            folder / "extensions", "-out", made.certificate)
    os.chmod(made.key, 0o644)
    return made


@pytest.fixture
def sites(ca, home):
    """The thief's servers, by their host."""
    with contextlib.ExitStack() as stack:
        yield {host: stack.enter_context(servers.Nginx(signed(ca, home / host, host))) for host in CASES}


def believed_by_openssl(ca, leaf):
    command = ["openssl", "verify", "-CAfile", ca.certificate, "-purpose", "sslserver", leaf.certificate]
    return subprocess.run(command, capture_output=True).returncode == 0


def test_openssl_and_curl_believe_it_for_the_partys_names_alone(ca, sites, home):
    assert not believed_by_openssl(ca, signed(ca, home / "v6", "::1"))
    for host, good in CASES.items():
        assert believed_by_openssl(ca, sites[host].identity) is good, host
        port = sites[host].port
        answer = clients.curl(f"https://{host}:{port}/index.html", "--cacert", ca.certificate, "--resolve", f"{host}:{port}:127.0.0.1")
        assert (answer.status == 200) is good and (answer.exit in (0, 60)), answer


@pytest.mark.parametrize("kind", BROWSERS, ids=lambda kind: kind.name)
def test_browsers_believe_it_for_the_partys_names_alone_and_not_after_uninstall(product, sites, kind, tmp_path):
    """In the home of a user who has installed the CAs; nothing goes through the proxy."""
    files = {"/etc/hosts": HOSTS}

    def ca_command(word):
        done = subprocess.run([str(product.binary), "ca", word], env=product.environment | {"HOME": str(tmp_path)}, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stderr

    def believes(browser, host):
        problem = browser.open(f"https://{host}:{sites[host].port}/index.html")
        if problem is None:
            assert servers.ANSWER.decode().strip() in browser.text
        return problem is None

    with kind(tmp_path, proxy=product, pac="", files=files) as browser:
        assert {host: believes(browser, host) for host in CASES} == CASES
    ca_command("uninstall")
    for store in (*tmp_path.glob(".pki/nssdb"), *tmp_path.glob(".mozilla/firefox/*.default")):
        assert "Latchkey" not in subprocess.run(["certutil", "-L", "-d", f"sql:{store}"], capture_output=True, text=True).stdout
    with kind(tmp_path, pac="", files=files) as browser:
        assert not believes(browser, PARTY)
