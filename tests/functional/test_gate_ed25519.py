"""A gate with an Ed25519 key: TLS 1.3, for clients that take such signatures; others are told by an alert, the user by the log."""
import ssl
import subprocess

import pytest

from support import clients, gates, wait
from support.gates import Backend, Gate


@pytest.fixture
def gate(home, pki):
    with Backend() as backend, Gate(home, pki, backend, [pki.server(key="ed25519")]) as running:
        yield running


def s_client(gate, pki, *more):
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{gate.port}", "-servername", "party.test", "-verify_hostname", "party.test",
         "-CAfile", pki.root.certificate, "-verify_return_error", *more], input="", capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def test_openssl_and_curl_verify_it_in_tls_1_3(gate, pki):
    said = s_client(gate, pki)
    assert "Verify return code: 0 (ok)" in said and "Peer signature type: ed25519" in said and "TLSv1.3" in said
    answer = clients.curl(f"https://party.test:{gate.port}/header/X-Latchkey-Identity", "--cacert", pki.root.certificate, "--resolve",
                          f"party.test:{gate.port}:127.0.0.1", "--cert", pki.person().chain, "--key", pki.person().key)
    assert (answer.status, answer.body) == (200, "alice@example.org\n"), answer


def test_a_session_is_resumed(gate, pki):
    tls = gates.context(pki.person())
    first = gate.connection(tls=tls)
    assert gates.ask(first, "/header/Host").status == 200
    session = first.sock.session
    first.close()
    again = gate.connection(tls=tls, session=session)
    assert gates.ask(again, "/header/Host").status == 200 and again.sock.session_reused
    again.close()


@pytest.mark.parametrize("how", [["-tls1_2"], ["-sigalgs", "ECDSA+SHA256"]], ids=["tls-1.2", "no-ed25519"])
def test_who_cannot_verify_it_gets_an_alert_and_the_log_says_why(gate, pki, how):
    said = s_client(gate, pki, *how)
    assert "alert" in said and "no peer certificate available" in said
    wait.until(lambda: "Ed25519 key, which signs in TLS 1.3 only" in gate.log, "the log says why")


def test_a_key_that_is_not_the_certificates_is_refused(home, pki):
    other = gates.dataclasses.replace(pki.server(key="ed25519"), key=pki.person(key="ed25519").key)
    with Backend() as backend, pytest.raises(AssertionError, match="does not hold the key"):
        Gate(home, pki, backend, [other]).__enter__()


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_another_name_of_the_gates_has_a_key_for_everybody(home, pki, version):
    servers = [pki.server(key="ed25519"), pki.server(host="other.test")]
    with Backend() as backend, Gate(home, pki, backend, servers) as gate:
        assert gate.ask("/header/Host", pki.person(), host="other.test", version=version).status == 200
        if version == "1.2":
            with pytest.raises(ssl.SSLError):
                gate.connect(pki.person(), version="1.2")
