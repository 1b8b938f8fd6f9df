"""The local CAs: what they are good for, where they are installed, and that they go again."""
import json
import re
import subprocess

import pytest

from support import clients, servers
from support.private_files import with_files

PAGE = "index.html"


def openssl(*arguments, input=None):
    return subprocess.run(["openssl", *map(str, arguments)], input=input, capture_output=True, text=True)


def nicknames(folder):
    listed = subprocess.run(["certutil", "-L", "-d", f"sql:{folder}"], capture_output=True, text=True)
    return re.findall(r"^(Latchkey CA for .*?) +C,,", listed.stdout, re.M)


@pytest.fixture
def browsers(home):
    """Homes of Chromium and of two Firefox profiles, as the browsers make them."""
    (home / ".config/chromium").mkdir(parents=True)
    for name in ("abc.default", "two.other"):
        (home / ".mozilla/firefox" / name).mkdir(parents=True)
    (home / ".mozilla/firefox/profiles.ini").write_text("[Profile0]\nIsRelative=1\nPath=abc.default\n\n[Profile1]\nIsRelative=1\nPath=two.other\n")
    return [home / ".pki/nssdb", home / ".mozilla/firefox/abc.default", home / ".mozilla/firefox/two.other"]


def parties(*hosts, **more):
    return [{"hosts": [host], **more} for host in hosts]


def test_each_party_has_one_and_adding_another_leaves_it_alone(latchkey, home):
    first = latchkey(parties=parties("a.example.org")).run("ca", "export", "--party", "a.example.org").stdout
    both = latchkey(parties=parties("a.example.org", "b.example.org")).run("ca", "export").stdout
    assert first.count("BEGIN CERTIFICATE") == 1 and first in both
    assert both.count("BEGIN CERTIFICATE") == 3, "and the demo party's"


def test_the_certificate_says_what_it_is_for(latchkey):
    pem = latchkey(parties=parties("*.example.org"), dns={}).run("ca", "export", "--party", "*.example.org").stdout
    text = openssl("x509", "-noout", "-text", input=pem).stdout
    assert re.search(r"Name Constraints: critical\s+Permitted:\s+DNS:example\.org\s+Excluded:\s+IP:0\.0\.0\.0/0\.0\.0\.0\s+IP:0:", text), text
    assert "CA:TRUE, pathlen:0" in text and "TLS Web Server Authentication" in text and "Certificate Sign" in text
    assert "Client Authentication" not in text


@pytest.mark.parametrize("host", ["intranet", "192.0.2.1", "*.co.uk"])
def test_hosts_that_no_ca_may_be_for_are_left_out(latchkey, host):
    done = latchkey(parties=parties(host), dns={}).run("ca", "export", "--party", host)
    assert done.returncode == 1 and host in done.stderr and "left out" in done.stderr


def test_browsers_are_told_and_forget_again(latchkey, browsers, home):
    proxy = latchkey(parties=parties("a.example.org", "*.b.example.org"), dns={})
    done = proxy.run("ca", "install")
    assert done.returncode == 0, done.stderr
    assert "Chromium: 3 added" in done.stdout and "Firefox (profile two.other): 3 added" in done.stdout
    for folder in browsers:
        assert [name.split(" [")[0] for name in sorted(nicknames(folder))] == [
            f"Latchkey CA for {name}" for name in ("a.example.org", "b.example.org", "demo.latchkey.test")]
    of_one = proxy.run("ca", "install", "--party", "a.example.org")
    assert of_one.returncode == 2 and "--party goes with export" in of_one.stderr, "it would take the others out"
    assert "0 added, 3 were there" in proxy.run("ca", "install").stdout
    fewer = latchkey(parties=parties("a.example.org"))
    assert fewer.run("ca", "install").returncode == 0
    assert len(nicknames(browsers[0])) == 2, "a party that is gone takes its CA with it"
    assert fewer.run("ca", "uninstall").returncode == 0
    for folder in browsers:
        assert nicknames(folder) == []
    assert not list((home / "state/latchkey").glob("ca/*"))


def test_what_others_have_put_into_a_browser_stays_there(latchkey, browsers, pki):
    def names():
        listed = subprocess.run(["certutil", "-L", "-d", f"sql:{store}"], capture_output=True, text=True).stdout
        return {name: name in listed for name in ("Somebody's CA", "Latchkey CA for")}

    store = browsers[1]
    for arguments in (["-N", "--empty-password"], ["-A", "-n", "Somebody's CA", "-t", "C,,", "-i", str(pki.root.certificate)]):
        assert subprocess.run(["certutil", *arguments, "-d", f"sql:{store}"], capture_output=True).returncode == 0
    proxy = latchkey(parties=parties("a.example.org"))
    assert proxy.run("ca", "install").returncode == 0
    assert names() == {"Somebody's CA": True, "Latchkey CA for": True}
    assert proxy.run("ca", "uninstall").returncode == 0
    assert names() == {"Somebody's CA": True, "Latchkey CA for": False}


def test_a_store_that_cannot_be_used_is_named_and_the_others_are_filled(latchkey, browsers):
    (browsers[1] / "cert9.db").write_text("no database")
    done = latchkey(parties=parties("a.example.org"), dns={}).run("ca", "install")
    assert done.returncode == 1 and "profile abc.default" in done.stderr
    assert len(nicknames(browsers[0])) == len(nicknames(browsers[2])) == 2


def test_the_doctor_says_which_browser_does_not_know_them(latchkey, browsers):
    def says(name):
        return next(check for check in json.loads(proxy.run("doctor", "--json").stdout)["checks"] if check["check"] == name)

    proxy = latchkey(parties=parties("a.example.org"), listen={"address": ["127.0.0.1:6091"]})
    lacking = says("browsers")
    assert lacking["verdict"] == "warning" and "Chromium, Firefox (profile abc.default)" in lacking["says"]
    assert "latchkey pac --policy firefox" in says("policies")["to_do"]
    assert proxy.run("ca", "install").returncode == 0
    assert says("browsers")["verdict"] == "ok"


def test_without_a_browser_it_says_what_else_to_do(latchkey):
    done = latchkey(parties=parties("a.example.org")).run("ca", "install")
    assert done.returncode == 1 and "latchkey ca export" in done.stderr


def test_our_own_leaf_presented_by_a_party_is_refused(latchkey, home, pki, token):
    """Also where a user gave the system our CA: here as the party's own roots."""
    proxy = latchkey(parties=parties("party.test"))
    (home / "ca.pem").write_text(proxy.run("ca", "export", "--party", "party.test").stdout)
    refused = latchkey(parties=parties("party.test", roots=home / "ca.pem")).run("ca", "export")
    assert refused.returncode == 0, "it is read by run only"
    started = latchkey(parties=parties("party.test", roots=home / "ca.pem"), token=token()).run("run")
    assert started.returncode in (1, 2) and "local CA of Latchkey's" in started.stderr


def test_our_own_ca_among_the_systems_is_no_root(latchkey, pki, home):
    """A user who has given it to the system gains a browser that works, and no party that is believed for it."""
    proxy = latchkey(parties=parties("party.test"))
    local_ca = proxy.run("ca", "export", "--party", "party.test").stdout
    roots = home / "roots.pem"
    roots.write_text(local_ca)
    system = {"/etc/ssl/certs/ca-certificates.crt": pki.root.certificate.read_text() + local_ca}
    [key] = [path for path in (home / "state/latchkey/ca").glob("*.pem") if path.read_text() == local_ca]
    issued = home / "issued.pem"
    (home / "extensions").write_text("subjectAltName=DNS:party.test\nextendedKeyUsage=serverAuth\n")
    request = openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=party.test", "-keyout",
                      home / "issued.key").stdout
    issued.write_text(openssl("x509", "-req", "-CA", key, "-CAkey", key.with_suffix(".key"), "-days", "1", "-extfile", home / "extensions",
                              input=request).stdout)
    assert openssl("verify", "-CAfile", roots, issued).returncode == 0
    for chain, trusted in ((pki.server().chain, True), (issued, False)):
        command = [str(proxy.binary), "verify", "--host", "party.test", "--chain", str(chain), "--trust", "pkix"]
        done = subprocess.run(with_files(home / f"system {trusted}", system) + command, capture_output=True, text=True, env=proxy.environment)
        assert (done.returncode == 0) is trusted and (trusted or "no path to a trusted CA" in done.stdout), done


PYTHON = "import ssl, urllib.request; print(urllib.request.urlopen(URL).read().decode())"


@pytest.mark.parametrize("command", [["curl", "-sS", "URL"], ["/usr/bin/python3", "-c", PYTHON.replace("URL", "'URL'")],
                                     ["wget", "-q", "-O", "-", "URL"]], ids=["curl", "python", "wget"])
def test_programs_under_exec_use_https(latchkey, pki, token, command):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=token()) as proxy:
        url = f"https://party.test:{server.port}/{PAGE}"
        if command[0] == "wget":
            command = [*command[:1], "--ca-certificate", str(proxy.folder / "state/latchkey/ca/bundle.pem"), *command[1:]]
        done = proxy.run("exec", "--", *[word.replace("URL", url) for word in command])
        assert done.returncode == 0 and servers.ANSWER.decode() in done.stdout, done.stderr
        assert server.certificates() == [pki.client("p256").sha256]


def test_env_names_the_file(latchkey, pki, token):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=token()) as proxy:
        variables = proxy.run("env").stdout
        url = f"https://party.test:{server.port}/{PAGE}"
        answer = clients.run(["bash", "-c", f"{variables}\nexec curl -sS {url}"])
        assert answer.exit == 0 and answer.body == servers.ANSWER.decode(), answer
