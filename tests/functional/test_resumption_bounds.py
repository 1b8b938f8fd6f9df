"""What makes a session worthless: other settings, a token that was away, and any other party, port or identity."""
import base64
import hashlib
import shutil
import subprocess

import pytest

from support import clients, people, servers, tokens, wait
from support.crls import Crls
from support.usb import UsbTestbed

PIN = "43210987"


def fetch(proxy, url="http://party.test/index.html"):
    answer = clients.curl(url, port=proxy.port)
    assert answer.status == 200, answer


def lock_and_unlock(proxy):
    assert proxy.run("lock").returncode == 0
    status, shown = people.type_on_terminal([proxy.binary, "unlock"], proxy.environment, PIN)
    assert status == 0, shown


def change_configuration(proxy, old, new):
    text = proxy.config_file.read_text()
    assert old in text
    proxy.configure(text.replace(old, new))
    assert proxy.run("reload").returncode == 0


def change_roots(proxy, pki, roots):
    roots.write_text(pki.root.certificate.read_text() + pki.unknown_root.certificate.read_text())
    assert proxy.run("reload").returncode == 0


CHANGES = {
    "roots": lambda proxy, pki, roots: change_roots(proxy, pki, roots),
    "party settings": lambda proxy, pki, roots: change_configuration(proxy, 'trust = "pkix"', 'trust = "dane or pkix"'),
    "identity": lambda proxy, pki, roots: change_configuration(
        proxy, 'identity = "auto"', f'identity = "{proxy.status()["token"]["keys"][0]["uri"]}"'),
    "no identity": lambda proxy, pki, roots: change_configuration(proxy, 'identity = "auto"', 'identity = "none"'),
    "lock": lambda proxy, pki, roots: lock_and_unlock(proxy),
}


@pytest.mark.parametrize("tls", servers.VERSIONS)
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_forces_a_full_handshake(latchkey, token, pki, home, change, tls):
    roots = home / "roots.pem"
    shutil.copy(pki.root.certificate, roots)
    party = {"trust": "pkix", "roots": roots, "identity": "auto"}
    with servers.Nginx(pki.server(), tls, tickets=True) as server, latchkey(server, token=token(), party=party) as proxy:
        fetch(proxy)
        fetch(proxy)
        CHANGES[change](proxy, pki, roots)
        fetch(proxy)
        fetch(proxy)
        assert server.resumed(4) == [False, True, False, True]


def test_roots_that_trust_the_party_no_more_end_its_sessions(latchkey, token, pki, home):
    roots = home / "roots.pem"
    shutil.copy(pki.root.certificate, roots)
    with servers.Nginx(pki.server(), tickets=True) as server, latchkey(server, token=token(), party={"roots": roots}) as proxy:
        fetch(proxy)
        fetch(proxy)
        shutil.copy(pki.unknown_root.certificate, roots)
        assert proxy.run("reload").returncode == 0
        assert clients.curl("http://party.test/index.html", port=proxy.port).status == 502


@pytest.mark.parametrize("tls", servers.VERSIONS)
def test_a_session_does_not_outlive_the_lists_that_it_began_with(latchkey, token, pki, home, tls):
    crls = Crls(home / "crls")
    party = {"trust": "pkix", "crls": str(crls.path)}
    with servers.Nginx(pki.server(), tls, tickets=True) as server, latchkey(server, token=token(), party=party) as proxy:
        fetch(proxy)
        fetch(proxy)
        crls.put(pki.intermediate)
        fetch(proxy)
        fetch(proxy)
        assert server.resumed(4) == [False, True, False, True]
        crls.put(pki.intermediate, pki.server())
        answer = clients.curl("http://party.test/index.html", port=proxy.port)
        assert answer.status == 502 and "was revoked" in answer.body


class TokenOnUsb:
    """A SoftHSM token that is there as long as udev says that a USB token is."""

    def __init__(self, soft, usb):
        self.environment = soft.environment | usb.environment()
        self.configuration = {"module": soft.module, "pin": "credential"}


@pytest.mark.parametrize("tls", servers.VERSIONS)
def test_a_token_that_was_pulled_out_forces_a_full_handshake(latchkey, pki, home, tls):
    soft = tokens.make(home / "token", pki.client("p256"))
    with UsbTestbed() as usb:
        usb.plug()
        with servers.Nginx(pki.server(), tls, tickets=True) as server, latchkey(server, token=TokenOnUsb(soft, usb)) as proxy:
            fetch(proxy)
            fetch(proxy)
            usb.pull()
            proxy.until(lambda status: not status["armed"], "is disarmed")
            usb.plug()
            proxy.until(lambda status: status["armed"], "is armed again")
            fetch(proxy)
            fetch(proxy)
            assert server.resumed(4) == [False, True, False, True]


@pytest.mark.parametrize("tls", servers.VERSIONS)
def test_a_session_is_used_for_no_other_host_port_party_or_identity(latchkey, token, pki, tls):
    second = servers.free_port()
    more = f"listen 127.0.0.1:{second} ssl;"
    with servers.Nginx(pki.server(), tls, more, tickets=True) as server:
        pin = pin_of(pki.server())
        common = {"trust": "pin", "pin": [pin], "allow_private": True}
        parties = [{"hosts": ["a.test", "b.test"], "ports": [server.port, second], **common},
                   {"hosts": ["c.test"], "ports": [server.port], **common},
                   {"hosts": ["d.test"], "ports": [server.port], "identity": "none", **common}]
        with latchkey(parties=parties, token=token()) as proxy:
            urls = [f"http://{host}/index.html" for host in ("a.test", "b.test", "c.test", "d.test")]
            for url in urls:
                fetch(proxy, url)
            connect(proxy, "a.test", second)
            assert server.resumed(5) == [False] * 5
            for url in urls:
                fetch(proxy, url)
            connect(proxy, "a.test", second)
            assert server.resumed(10) == [False] * 5 + [True] * 5
            assert server.certificates(10)[3] == "" and server.certificates(10)[8] == ""


def pin_of(identity):
    """What `pin` wants: base64 of SHA-256 of the key's SubjectPublicKeyInfo."""
    der = subprocess.run(["openssl", "pkey", "-in", str(identity.key), "-pubout", "-outform", "DER"], check=True,
                         capture_output=True).stdout
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


def connect(proxy, host, port):
    answer = clients.curl(f"http://{host}:{port}/index.html", port=proxy.port, mode="connect")
    assert answer.status == 200, answer


@pytest.mark.parametrize("tls", servers.VERSIONS)
def test_a_session_ends_with_the_time_that_an_outcome_may_be_kept(latchkey, token, pki, tls):
    with servers.Nginx(pki.server(), tls, tickets=True) as server:
        with latchkey(server, token=token(), cache={"ttl_max": "1s"}) as proxy:
            def full_again():
                fetch(proxy)
                resumed.append(server.resumed(len(resumed) + 1)[-1])
                return True in resumed and not resumed[-1]
            resumed = []
            wait.until(full_again, "a full handshake follows resumed ones")
