"""A client that resumes its TLS session is who it was, and is asked anew whether it may pass."""
import pytest

from support import gates, servers
from support.gates import Backend, Gate


@pytest.fixture
def backend():
    with Backend() as server:
        yield server


@pytest.fixture(params=servers.VERSIONS)
def version(request):
    return request.param


def first_session(gate, tls, host=gates.HOST):
    """What a full handshake leaves to be resumed."""
    connection = gate.connection(tls=tls, host=host)
    assert not connection.sock.session_reused
    gates.ask(connection, "/header/Host")
    session = connection.sock.session
    connection.close()
    return session


def resumed(gate, tls, session, path="/header/X-Latchkey-Identity", host=gates.HOST):
    """Whether the session was resumed, and what the backend says."""
    connection = gate.connection(tls=tls, session=session, host=host)
    reused = connection.sock.session_reused
    answer = gates.ask(connection, path)
    connection.close()
    return reused, answer


def test_who_resumes_is_who_it_was(home, pki, backend, version):
    alice = pki.person()
    with Gate(home, pki, backend) as gate:
        tls = gates.context(alice, version)
        session = first_session(gate, tls)
        for name, value in (("Identity", "alice@example.org"), ("Fingerprint", alice.key_sha256), ("Method", "x509")):
            reused, answer = resumed(gate, tls, session, f"/header/X-Latchkey-{name}")
            assert reused and answer.text == f"{value}\n"


def test_who_resumes_is_authorized_anew(home, pki, backend, version):
    allowed = home / "allowed"
    allowed.write_text("@example.org\n")
    with Gate(home, pki, backend, allow_file=allowed) as gate:
        tls = gates.context(pki.person(), version)
        session = first_session(gate, tls)
        allowed.write_text("bob@example.org\n")
        reused, answer = resumed(gate, tls, session)
        assert reused and answer.status == 403


def test_who_resumes_after_a_reload_is_judged_by_the_new_trust(home, pki, backend, version):
    roots = home / "roots.pem"
    roots.write_bytes(pki.root.certificate.read_bytes())
    with Gate(home, pki, backend, client_roots=roots) as gate:
        tls = gates.context(pki.person(), version)
        session = first_session(gate, tls)
        roots.write_bytes(pki.unknown_root.certificate.read_bytes())
        gate.reload()
        reused, answer = resumed(gate, tls, session)
        assert reused and answer.status == 403


def test_who_showed_nothing_is_asked_again(home, pki, backend, version):
    with Gate(home, pki, backend, client_certificate="optional") as gate:
        tls = gates.context(version=version)
        session = first_session(gate, tls)
        alice = pki.person()
        tls.load_cert_chain(alice.chain, alice.key)
        reused, answer = resumed(gate, tls, session)
        assert not reused and answer.text == "alice@example.org\n"


def test_a_session_is_not_resumed_under_another_name(home, pki, backend, version):
    both = [pki.server(), pki.server(host="second.test")]
    with Gate(home, pki, backend, servers=both) as gate:
        tls = gates.context(pki.person(), version)
        session = first_session(gate, tls)
        reused, answer = resumed(gate, tls, session, host="second.test")
        assert not reused and answer.status == 200


def test_another_gate_knows_nothing_of_a_session(home, pki, backend, version):
    tls = gates.context(pki.person(), version)
    with Gate(home, pki, backend) as gate:
        session = first_session(gate, tls)
    with Gate(home, pki, backend) as gate:
        reused, answer = resumed(gate, tls, session)
        assert not reused and answer.status == 200
