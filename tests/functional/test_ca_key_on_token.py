"""The local CAs' key on the token: https:// works with it, no key is in a file, and without the token nobody can sign."""
import json
import re
import subprocess

import pytest

from support import clients, servers, tokens, wait
from support.browsers import Chromium
from support.latchkey import ROOT
from support.usb import UsbTestbed

LABEL = "local-ca"
CA_KEY = {"key": f"pkcs11:object={LABEL}"}
BROWSER = ("--user-agent", "Mozilla/5.0 (X11; Linux x86_64)")
# curl's words for: a proxy that refuses CONNECT, one that refuses by SOCKS, an alert in TLS, a certificate that it does not believe.
CONNECT_REFUSED, SOCKS_REFUSED, TLS_FAILED, NOT_BELIEVED = 56, 97, 35, 60


class TokenOnUsb:
    """A SoftHSM token with two keys, that is there as long as udev says that a USB token is."""

    def __init__(self, folder, pki, usb, key="p256", certified=False):
        self.soft = tokens.make(folder, pki.client("p256"))
        tokens.add_key(self.soft, pki.person() if certified else pki.server(key=key, host="local-ca.test"), LABEL, with_certificate=certified)
        self.environment = self.soft.environment | usb.environment()
        self.configuration = {"module": self.soft.module, "pin": "credential"}

    def misbehaves(self, folder):
        """From now on its module does what stands in the file that this returns, and notes its calls in another one."""
        misdeeds, calls = folder / "misdeeds", folder / "calls"
        misdeeds.write_text("")
        calls.write_text("")
        self.environment |= {"LATCHKEY_TEST_MODULE_FILE": str(misdeeds), "LATCHKEY_TEST_MODULE_LOG": str(calls)}
        self.configuration |= {"module": str(ROOT / "build/modules/misbehaving.so")}
        return misdeeds, calls


@pytest.fixture
def usb():
    with UsbTestbed() as testbed:
        yield testbed


@pytest.fixture
def token(usb, home, pki):
    usb.plug()
    return TokenOnUsb(home / "token", pki, usb)


@pytest.fixture
def proxied(token, pki, latchkey):
    """(proxy, server): the token with the CAs' key is in, and armed."""
    with servers.Nginx(pki.server()) as server, latchkey(server, token=token, ca=CA_KEY) as proxy:
        yield proxy, server


def exported(proxy, home):
    done = proxy.run("ca", "export")
    assert done.returncode == 0, done.stderr
    path = home / "local-cas.pem"
    path.write_text(done.stdout)
    return path


def visit(proxy, server, cas, *arguments, mode="connect"):
    return clients.curl(f"https://party.test:{server.port}/index.html", "--cacert", cas, *(arguments or BROWSER), port=proxy.port, mode=mode)


def pull(proxy, usb):
    usb.pull()
    proxy.until(lambda status: status["token"]["state"] == "absent", "has no token")


def plug(proxy, usb):
    usb.plug()
    proxy.until(lambda status: status["armed"], "is armed again")


def in_chromium(home):
    """What Chromium's store holds of ours, as certutil tells: {name: certificate}."""
    store = f"sql:{home}/.pki/nssdb"
    listed = subprocess.run(["certutil", "-L", "-d", store], capture_output=True, text=True).stdout
    names = re.findall(r"^(Latchkey CA for .*?) +C,,", listed, re.M)
    return {name: subprocess.run(["certutil", "-L", "-d", store, "-n", name, "-a"], capture_output=True, text=True).stdout for name in names}


def certificates(text):
    """The base64 of each, without line ends, which certutil writes in its own way."""
    return sorted("".join(part.split()) for part in re.findall(r"-----BEGIN CERTIFICATE-----(.*?)-----END", text, re.S))


def test_a_browser_reaches_the_party_and_no_key_is_in_a_file(proxied, home, pki):
    proxy, server = proxied
    cas = exported(proxy, home)
    for _ in range(2):
        answer = visit(proxy, server, cas)
        assert (answer.exit, answer.status, answer.body) == (0, 200, servers.ANSWER.decode()), answer
    # "auto" is the other key.
    assert set(server.certificates()) == {pki.client("p256").sha256}
    assert {path.suffix for path in (home / "state/latchkey/ca").iterdir() if path.suffix} == {".pem"}
    assert exported(proxy, home).read_text() == cas.read_text()


def test_with_the_token_out_a_leaf_that_is_kept_shows_our_page(proxied, usb, home):
    proxy, server = proxied
    cas = exported(proxy, home)
    assert visit(proxy, server, cas).status == 200
    pull(proxy, usb)
    answer = visit(proxy, server, cas)
    assert (answer.exit, answer.status) == (0, 503), answer
    assert "Insert your token" in answer.body


def test_with_the_token_out_and_no_leaf_connect_is_refused(proxied, usb, home):
    proxy, server = proxied
    cas = exported(proxy, home)
    pull(proxy, usb)
    answer = visit(proxy, server, cas)
    assert answer.exit == CONNECT_REFUSED
    assert "503" in answer.errors


def test_export_says_what_to_do_where_nothing_runs_or_is_armed(proxied, usb, home):
    proxy, server = proxied
    pull(proxy, usb)
    for _ in ("no token", "no daemon"):
        done = proxy.run("ca", "export")
        assert done.returncode == 1
        assert "start Latchkey and plug the token in" in done.stderr
        assert len(done.stderr.splitlines()) == 1
        proxy.run("stop")


def test_install_brings_them_into_a_browsers_store_and_takes_keys_in_files_away(token, pki, latchkey, home):
    (home / ".config/chromium").mkdir(parents=True)
    folder = home / "state/latchkey/ca"
    with servers.Nginx(pki.server()) as server:
        assert latchkey(server, token=token).run("ca", "install").returncode == 0
        assert list(folder.glob("*.key"))
        with latchkey(server, token=token, ca=CA_KEY) as proxy:
            done = proxy.run("ca", "install")
            assert done.returncode == 0 and "Chromium: 2 added" in done.stdout, (done.stdout, done.stderr)
            stored = in_chromium(home)
            assert [name.split(" [")[0] for name in sorted(stored)] == ["Latchkey CA for demo.latchkey.test", "Latchkey CA for party.test"]
            assert certificates("".join(stored.values())) == certificates(proxy.run("ca", "export").stdout)
            assert not list(folder.glob("*.key"))
            proxy.stop()
            assert proxy.run("ca", "uninstall").returncode == 0
            assert in_chromium(home) == {} and not folder.exists()
            proxy.start()


def test_another_key_under_the_same_uri_is_another_ca_at_once(proxied, token, usb, home, pki):
    def knows():
        return next(each for each in json.loads(proxy.run("doctor", "--json").stdout)["checks"] if each["check"] == "browsers")["verdict"]

    proxy, server = proxied
    (home / ".config/chromium").mkdir(parents=True)
    assert proxy.run("ca", "install").returncode == 0 and knows() == "ok"
    old = exported(proxy, home).rename(home / "old-cas.pem")
    assert visit(proxy, server, old).status == 200
    pull(proxy, usb)
    tokens.delete_key(token.soft, LABEL)
    tokens.add_key(token.soft, pki.server(host="new-local-ca.test"), LABEL)
    assert proxy.run("ca", "export").stdout == old.read_text(), "nobody can know better"
    plug(proxy, usb)
    assert knows() == "warning", "the browsers do not know the CAs of today"
    new = exported(proxy, home)
    assert set(certificates(new.read_text())).isdisjoint(certificates(old.read_text()))
    assert visit(proxy, server, old).exit == NOT_BELIEVED
    assert visit(proxy, server, new).status == 200
    assert proxy.run("ca", "install").returncode == 0 and knows() == "ok"
    assert certificates("".join(in_chromium(home).values())) == certificates(new.read_text())


@pytest.mark.parametrize("key, called", [("p384", "P-384"), ("rsa", "RSA")])
def test_a_key_that_is_none_for_a_ca_is_called_so(usb, home, pki, latchkey, key, called):
    usb.plug()
    token = TokenOnUsb(home / "token", pki, usb, key)
    with servers.Nginx(pki.server()) as server, latchkey(server, token=token, ca=CA_KEY) as proxy:
        done = proxy.run("ca", "export")
        assert done.returncode == 1 and called in done.stderr and "P-256 key" in done.stderr and "plug" not in done.stderr
        answer = visit(proxy, server, server.identity.certificate)
        assert answer.exit == CONNECT_REFUSED and "502" in answer.errors
        proxy.until(lambda status: any(called in refusal["reason"] for refusal in status["refusals"]), "says why")
        assert not server.seen()


def test_a_token_that_leaves_while_it_signs_ends_the_visit_and_leaves_nothing(token, usb, home, pki, latchkey):
    misdeeds, calls = token.misbehaves(home)
    party = {"identity": "none"}
    with servers.OpensslServer(pki.server(), require=False) as server, latchkey(server, token=token, ca=CA_KEY, party=party) as proxy:
        cas = exported(proxy, home)
        calls.write_text("")
        misdeeds.write_text("hang")
        url = f"https://party.test:{server.port}/index.html"
        with clients.started(clients.curl_command(url, "--cacert", cas, *BROWSER, port=proxy.port, mode="connect")) as browser:
            wait.until(lambda: "C_Sign" in calls.read_text(), "the token signs")
            pull(proxy, usb)
            assert browser.wait(20) in (TLS_FAILED, CONNECT_REFUSED)
        answer = visit(proxy, server, cas)
        assert answer.exit == CONNECT_REFUSED and "503" in answer.errors, "there is nothing to show"
        misdeeds.write_text("")
        plug(proxy, usb)
        assert visit(proxy, server, cas).status == 200


# By the party's `local`: how a client comes, and curl's exit status where the token is in, and has no such key.
COMES = {
    "auto": [("socks5h", "-v", TLS_FAILED), ("socks4a", "-v", TLS_FAILED), ("connect", "-v", TLS_FAILED), ("connect", BROWSER, CONNECT_REFUSED)],
    "terminate": [("socks5h", "-v", SOCKS_REFUSED), ("connect", "-v", CONNECT_REFUSED)],
}


@pytest.mark.parametrize("local", COMES)
def test_where_the_token_is_in_that_has_not_the_cas_key(token, pki, latchkey, local):
    """After success was answered only an alert can tell it; no octet comes in clear, and the status page says why."""
    other = {"key": "pkcs11:object=elsewhere"}
    with servers.Nginx(pki.server()) as server, latchkey(server, token=token, ca=other, party={"local": local}) as proxy:
        for mode, arguments, refused in COMES[local]:
            answer = visit(proxy, server, server.identity.certificate, *([arguments] if arguments == "-v" else arguments), mode=mode)
            assert answer.exit == refused and answer.body == "", (mode, answer)
            assert refused != TLS_FAILED or "internal error" in answer.errors, (mode, answer)
        proxy.until(lambda status: len([each for each in status["refusals"] if "object=elsewhere" in each["reason"]]) == len(COMES[local]),
                    "says why, each time")


def test_with_the_token_out_socks_is_refused(proxied, usb, home):
    proxy, server = proxied
    cas = exported(proxy, home)
    assert [visit(proxy, server, cas, mode=mode).status for mode in ("socks5h", "socks4a")] == [200, 200]
    pull(proxy, usb)
    assert [visit(proxy, server, cas, mode=mode).exit for mode in ("socks5h", "socks4a")] == [SOCKS_REFUSED, SOCKS_REFUSED]


def test_the_cas_key_is_no_identity_that_one_is_asked_for(usb, home, pki, latchkey):
    """Not even where it has a certificate of a person's."""
    usb.plug()
    token = TokenOnUsb(home / "token", pki, usb, certified=True)
    with servers.OpensslServer(pki.server()) as server, latchkey(server, token=token, ca=CA_KEY, party={"identity": "ask"}) as proxy:
        with clients.started(clients.curl_command("http://party.test/", port=proxy.port)):
            proxy.until(lambda status: status["questions"], "asks")
            [question] = proxy.status()["questions"]
            assert [each["id"] for each in question["choices"]] == [f"key-{pki.client('p256').key_sha256}", "none"]


def test_chromium_loads_the_partys_page(proxied, home):
    proxy, server = proxied
    with Chromium(home, proxy, files={"/etc/hosts": "127.0.0.1 localhost party.test\n"}) as browser:
        assert browser.open(f"https://party.test:{server.port}/index.html") is None
        assert servers.ANSWER.decode().strip() in browser.text
    assert server.certificates()
