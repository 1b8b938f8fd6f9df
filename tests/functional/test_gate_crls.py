"""A gate's clients whose certificates were revoked: nobody vouches for them any more."""
import pytest

from support import gates, servers, wait
from support.crls import Crls
from support.gates import Backend, Gate
from support.latchkey import configuration

WHO = "/header/X-Latchkey-Identity"


@pytest.fixture
def backend():
    with Backend() as server:
        yield server


@pytest.fixture
def crls(home):
    return Crls(home / "crls")


@pytest.fixture
def alice(pki):
    return pki.person("alice@example.org")


@pytest.fixture
def bob(pki):
    return pki.person("bob@example.org")


def test_who_is_listed_is_turned_away_and_the_others_pass(home, pki, backend, crls, alice, bob):
    crls.put(pki.intermediate, alice)
    with Gate(home, pki, backend, client_crls=crls.path) as gate:
        assert gate.ask(WHO, bob).text == "bob@example.org\n"
        assert gate.ask(WHO, alice).status == 403
        wait.until(lambda: "was revoked (the CRL of CN=Test CA)" in gate.log, "the log says why")


def test_who_is_listed_later_passes_no_more_on_old_connections_and_sessions(home, pki, backend, crls, alice, bob):
    """A judgement that is remembered, a connection that is open, and a session to resume: none of them outlives the list."""
    with Gate(home, pki, backend, client_crls=crls.path) as gate:
        tls = gates.context(alice, "1.2")
        connection = gate.connection(tls=tls)
        assert gates.ask(connection, WHO).text == "alice@example.org\n"
        session = connection.sock.session
        assert gate.ask(WHO, alice).status == 200
        crls.put(pki.intermediate, alice)
        assert gates.ask(connection, WHO).status == 403
        assert gate.ask(WHO, alice).status == 403
        again = gate.connection(tls=tls, session=session)
        assert again.sock.session_reused and gates.ask(again, WHO).status == 403
        assert gate.ask(WHO, bob).status == 200


def test_a_list_that_cannot_be_read_turns_everybody_away(home, pki, backend, crls, alice):
    with Gate(home, pki, backend, client_crls=crls.path) as gate:
        assert gate.ask(WHO, alice).status == 200
        crls.put_octets("broken.crl", b"no list")
        assert gate.ask(WHO, alice).status == 403
        (crls.path / "broken.crl").unlink()
        assert gate.ask(WHO, alice).status == 200


def test_a_gate_of_the_configuration_looks_at_them_too(pki, latchkey, backend, crls, alice, bob):
    server = pki.server()
    port = servers.free_port()
    table = {"listen": f"127.0.0.1:{port}", "backend": backend.address, "cert": [str(server.chain)], "key": [str(server.key)],
             "client_roots": str(pki.root.certificate), "client_crls": str(crls.path)}
    proxy = latchkey()
    text = configuration((), listen={"address": ["127.0.0.1:0"]}, token={"module": "soft"})
    proxy.configure(text + configuration([table]).replace("[[party]]", "[[gate]]"))
    with proxy:
        client = gates.Client(port)
        assert client.ask(WHO, alice).status == client.ask(WHO, bob).status == 200
        crls.put(pki.intermediate, alice)
        assert client.ask(WHO, alice).status == 403
        assert client.ask(WHO, bob).status == 200


def test_lists_without_cas_are_an_error(home, pki, backend, crls):
    gate = Gate(home, pki, backend, client_crls=crls.path, client_roots=None, client_certificate="optional")
    with pytest.raises(AssertionError, match="CRLs of clients' CAs are of no use"):
        gate.__enter__()
    gate.process.stdout.close()
