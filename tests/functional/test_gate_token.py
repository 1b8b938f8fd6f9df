"""A gate's own key is on a token: the token signs for every client, and nothing that it opened outlives it."""
import dataclasses
import ssl
import subprocess

import pytest

from support import clients, gates, latchkey, servers, streams, tokens, wait
from support.card_usb import UsbCardStack
from support.gates import Backend, Gate, on_token
from support.usb import UsbTestbed

NO_PSS = latchkey.ROOT / "build/modules/misbehaving.so"


@pytest.fixture
def backend():
    with Backend() as server:
        yield server


def token_for(home, server):
    """A SoftHSM token with the key of this server's certificate."""
    return tokens.make(home / "token", server)


class OnUsb:
    """A SoftHSM token that is there as long as udev says that a USB token is."""

    def __init__(self, soft, usb):
        self.environment = soft.environment | usb.environment()
        self.configuration = {"module": soft.module, "pin": "credential"}


def by_curl(gate, pki, version, person):
    person = dataclasses.replace(person, certificate=person.chain)
    return clients.curl_directly("https://party.test:" + str(gate.port) + "/header/X-Latchkey-Identity", gate, pki.root, person,
                                 f"--tlsv{version}", "--tls-max", version)


def by_openssl(gate, pki, version):
    """What s_client says, which verifies everything."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{gate.port}", "-servername", "party.test", "-verify_hostname", "party.test",
         "-CAfile", pki.root.certificate, "-verify_return_error", "-tls1_" + version[-1]],
        input="", capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


@pytest.mark.parametrize("version", servers.VERSIONS)
@pytest.mark.parametrize("key", ["p256", "p384", "rsa"])
def test_the_token_signs_for_real_clients(home, pki, backend, key, version):
    server = pki.server(key=key)
    with Gate(home, pki, backend, [on_token(server)], token=token_for(home, server)) as gate:
        gate.until_armed()
        answer = by_curl(gate, pki, version, pki.person())
        assert answer.status == 200 and answer.body == "alice@example.org\n", answer
        assert "Verify return code: 0 (ok)" in by_openssl(gate, pki, version)


@pytest.fixture
def no_pss(monkeypatch):
    monkeypatch.setenv("LATCHKEY_TEST_MODULE", "no-pss")


def test_an_rsa_key_without_rsa_pss_serves_tls_1_2_only(home, pki, backend, no_pss):
    server = pki.server(key="rsa")
    token = dataclasses.replace(token_for(home, server), module=str(NO_PSS))
    with Gate(home, pki, backend, [on_token(server)], token=token) as gate:
        gate.until_armed()
        with gate.connect(pki.person()) as stream:
            assert stream.version() == "TLSv1.2"
        with pytest.raises(ssl.SSLError, match="(?i)handshake failure"):
            gate.connect(pki.person(), version="1.3")
        wait.until(lambda: "makes no RSA-PSS signatures" in gate.log, "the log says why")


def test_a_token_with_another_key_than_the_certificates_serves_nobody_and_the_log_says_why(home, pki, backend):
    server = pki.server()
    with Gate(home, pki, backend, [on_token(server)], token=tokens.make(home / "token", pki.client("p256"))) as gate:
        gate.until_armed()
        with pytest.raises(ssl.SSLError, match="(?i)internal error"):
            gate.connect(pki.person())
        wait.until(lambda: "is another one than the certificate's" in gate.log, "the log says why")


def test_a_key_that_no_token_holds_serves_nobody_and_the_log_names_it(home, pki, backend):
    server = pki.server()
    with Gate(home, pki, backend, [on_token(server, "pkcs11:object=missing")], token=token_for(home, server)) as gate:
        gate.until_armed()
        with pytest.raises(ssl.SSLError, match="(?i)internal error"):
            gate.connect(pki.person())
        wait.until(lambda: "pkcs11:object=missing is on no token that is plugged in" in gate.log, "the log says why")


def test_a_gate_whose_token_is_pulled_closes_what_it_opened_and_works_when_it_is_back(home, pki, backend):
    server = pki.server()
    with UsbTestbed() as usb:
        usb.plug()
        with Gate(home, pki, backend, [on_token(server)], token=OnUsb(token_for(home, server), usb)) as gate:
            for _ in range(2):
                gate.until_armed()
                tls = gates.context(pki.person())
                idle = gate.connection(tls=tls)
                assert gates.ask(idle, "/header/Host").status == 200
                session = idle.sock.session
                usb.pull()
                assert streams.ended(idle.sock)
                with pytest.raises(ssl.SSLError, match="(?i)internal error"):
                    gate.connect(tls=tls, session=session)
                wait.until(lambda: "no token is plugged in: insert your token" in gate.log, "the log says why")
                usb.plug()


def test_a_wrong_pin_serves_nobody_and_sighup_asks_again(home, pki, backend):
    server = pki.server()
    token = token_for(home, server)
    pin = home / "token/credentials/latchkey.pin"
    right = pin.read_text()
    pin.write_text("00000000")
    with Gate(home, pki, backend, [on_token(server)], token=token) as gate:
        wait.until(lambda: "the token is not armed" in gate.log, "the PIN was refused")
        with pytest.raises(ssl.SSLError, match="(?i)internal error"):
            gate.connect(pki.person())
        wait.until(lambda: "send the gate SIGHUP" in gate.log, "the log says what to do")
        pin.write_text(right)
        gate.reload()
        gate.until_armed()
        assert gate.ask("/header/Host", pki.person()).status == 200


def test_a_gate_of_the_configuration_uses_the_proxys_tokens(home, pki, latchkey, backend):
    server = pki.server()
    made = token_for(home, server)
    proxy = latchkey(token=made)
    table = {"listen": "127.0.0.1:0", "backend": backend.address, "cert": [str(server.chain)], "key": ["pkcs11:id=%01"],
             "client_roots": str(pki.root.certificate)}
    text = gates.configuration((), listen={"address": ["127.0.0.1:0"]}, token=made.configuration)
    proxy.configure(text + gates.configuration([table]).replace("[[party]]", "[[gate]]"))
    with proxy:
        port = int(wait.until(lambda: "a gate listens at " in proxy.log and
                              proxy.log.split("a gate listens at 127.0.0.1:")[1].split()[0], "the gate listens"))
        client = gates.Client(port)
        connection = client.connection(pki.person())
        assert gates.ask(connection, "/header/X-Latchkey-Method").text == "x509\n"
        assert proxy.run("lock").returncode == 0
        assert streams.ended(connection.sock)
        with pytest.raises(ssl.SSLError, match="(?i)internal error"):
            client.connect(pki.person())
        assert proxy.run("unlock").returncode == 0
        assert client.ask("/header/X-Latchkey-Method", pki.person()).text == "x509\n"


@pytest.mark.parametrize("stack", [UsbCardStack], indirect=True)
@pytest.mark.parametrize("key", ["p256", "rsa"])
def test_a_gate_whose_card_is_pulled_out_of_its_reader_ends_and_comes_back(home, pki, backend, stack, key):
    server = pki.server(key=key)
    stack.card.put("auth", server)
    with Gate(home, pki, backend, [on_token(server, "pkcs11:id=%03")], token=stack) as gate:
        for _ in range(2):
            gate.until_armed()
            # OpenSC makes no RSA-PSS signatures.
            answer = by_curl(gate, pki, "1.3" if key == "p256" else "1.2", pki.person())
            assert answer.status == 200, answer
            before = stack.card.calls["auth"]
            idle = gate.connection(pki.person())
            assert gates.ask(idle, "/header/Host").status == 200
            assert stack.card.calls["auth"] == before + 1
            stack.pull()
            assert streams.ended(idle.sock)
            with pytest.raises(ssl.SSLError, match="(?i)internal error"):
                gate.connect(pki.person())
            stack.plug()
