"""A gate lets in who proves to be somebody, tells its backend who that is, and turns everybody else away."""
import dataclasses
import http.client
import ssl
import subprocess

import pytest

from support import gates, servers
from support.gates import Backend, Gate
from support.latchkey import BINARY

WHO = ("X-Latchkey-Identity", "X-Latchkey-Fingerprint", "X-Latchkey-Method")


def told(answer_of):
    """What the backend was told by each of our headers; "" where there was none."""
    return tuple(answer_of(f"/header/{name}").text.strip() for name in WHO)


@pytest.fixture
def backend():
    with Backend() as server:
        yield server


@pytest.mark.parametrize("version", servers.VERSIONS)
@pytest.mark.parametrize("key", ["p256", "p384", "rsa"])
def test_the_backend_is_told_who_comes(home, pki, backend, version, key):
    alice = pki.person(key=key)
    with Gate(home, pki, backend) as gate:
        seen = told(lambda path: gate.ask(path, alice, version=version))
        assert seen == ("alice@example.org", alice.key_sha256, "x509")


def test_the_backend_may_listen_at_a_unix_socket(home, pki):
    with Backend(home / "backend") as backend, Gate(home, pki, backend) as gate:
        assert gate.ask("/header/X-Latchkey-Method", pki.person()).text == "x509\n"


@pytest.mark.parametrize("case", ["expired", "unknown-ca", "no-client-eku", "self-signed"])
@pytest.mark.parametrize("version", servers.VERSIONS)
def test_a_certificate_that_no_ca_vouches_for_is_refused(home, pki, backend, case, version):
    with Gate(home, pki, backend) as gate:
        person = pki.person(case=case)
        answer = gate.ask("/header/Host", person, version=version)
        assert answer.status == 403 and person.key_sha256 in answer.text
        assert backend.requests == []


@pytest.mark.parametrize("version", servers.VERSIONS)
def test_without_a_certificate_nobody_passes(home, pki, backend, version):
    with Gate(home, pki, backend) as gate:
        assert gate.ask("/", version=version).status == 403
        assert backend.requests == []


def test_where_certificates_are_optional_nobody_passes_without_a_name(home, pki, backend):
    with Gate(home, pki, backend, client_certificate="optional") as gate:
        assert told(gate.ask) == ("", "", "")
        assert gate.ask("/", pki.person(case="unknown-ca")).status == 403


def test_a_listed_key_passes_whoever_signed_its_certificate(home, pki, backend):
    bob = pki.person("bob@example.org", case="self-signed")
    (home / "allowed").write_text(f"# Bob\n{bob.key_sha256.upper()}\n")
    with Gate(home, pki, backend, client_roots=None, allow_file=home / "allowed") as gate:
        assert told(lambda path: gate.ask(path, bob)) == ("", bob.key_sha256, "key")
        assert gate.ask("/", pki.person(case="self-signed")).status == 403


@pytest.mark.parametrize("entry, passes", [
    ("alice@example.org", True), ("@example.org", True), ("alice@EXAMPLE.org", True),
    ("bob@example.org", False), ("@sub.example.org", False), ("@ample.org", False), ("@org", False), ("example.org", False),
    ("CN=alice", False), ("alice", False),
])
def test_an_allow_file_chooses_among_those_whom_a_ca_vouches_for(home, pki, backend, entry, passes):
    (home / "allowed").write_text(entry + "\n")
    with Gate(home, pki, backend, allow_file=home / "allowed") as gate:
        assert (gate.ask("/header/Host", pki.person()).status == 200) == passes
        assert gate.ask("/header/Host", pki.person(case="unknown-ca")).status == 403


def test_an_allow_file_that_changes_counts_from_the_next_request_on(home, pki, backend):
    allowed = home / "allowed"
    allowed.write_text("alice@example.org\n")
    with Gate(home, pki, backend, allow_file=allowed) as gate:
        connection = gate.connection(pki.person())
        assert gates.ask(connection, "/header/Host").status == 200
        allowed.write_text("bob@example.org\n")
        assert gates.ask(connection, "/header/Host").status == 403
        allowed.write_text("alice@example.org\n")
        assert gate.ask("/header/Host", pki.person()).status == 200


@pytest.mark.parametrize("spoil", [lambda path: path.unlink(), lambda path: path.write_text("0123456789ABCDEF\n")],
                         ids=["gone", "malformed"])
def test_an_allow_file_that_cannot_be_read_lets_nobody_in(home, pki, backend, spoil):
    allowed = home / "allowed"
    allowed.write_text("@example.org\n")
    with Gate(home, pki, backend, allow_file=allowed) as gate:
        spoil(allowed)
        assert gate.ask("/header/Host", pki.person()).status == 403
        assert "nobody is let in" in gate.log
        allowed.write_text("@example.org\n")
        assert gate.ask("/header/Host", pki.person()).status == 200


def test_a_name_that_is_none_of_the_gates_gets_an_alert(home, pki, backend):
    with Gate(home, pki, backend) as gate, pytest.raises(ssl.SSLError, match="(?i)unrecognized.name"):
        gate.connect(pki.person(), host="other.test")


def test_each_name_has_its_certificate(home, pki, backend):
    both = [pki.server(), pki.server(host="second.test")]
    with Gate(home, pki, backend, servers=both) as gate:
        for server in (*both, None):
            with gate.connect(host=server and server.name) as stream:
                assert gates.certificate_sha256(stream) == (server or both[0]).sha256


@pytest.mark.parametrize("host, status", [("party.test", 200), ("PARTY.test:8443", 200), ("party.test.", 200),
                                          ("second.test", 421), ("other.test", 421), ("127.0.0.1", 421)])
def test_a_request_for_another_host_is_misdirected(home, pki, backend, host, status):
    both = [pki.server(), pki.server(host="second.test")]
    with Gate(home, pki, backend, servers=both) as gate:
        assert gate.ask("/header/Host", pki.person(), headers={"Host": host}).status == status
        assert len(backend.requests) == (status == 200)


def test_without_a_server_name_the_first_certificates_names_count(home, pki, backend):
    both = [pki.server(), pki.server(host="second.test")]
    with Gate(home, pki, backend, servers=both) as gate:
        assert gate.ask("/header/Host", pki.person(), host=None, headers={"Host": "party.test"}).status == 200
        assert gate.ask("/header/Host", pki.person(), host=None, headers={"Host": "second.test"}).status == 421


def test_a_backend_that_is_not_there_is_502(home, pki):
    with Gate(home, pki, f"127.0.0.1:{servers.free_port()}") as gate:
        answer = gate.ask("/", pki.person())
        assert answer.status == 502 and "127.0.0.1" not in answer.text


@pytest.mark.parametrize("octets, status", [
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: party.test\r\nHost: party.test\r\n\r\n", 400),
    (b"GET / HTTP/3.0\r\nHost: party.test\r\n\r\n", 505),
    (b"GET / HTTP/1.1\r\nHost: party.test\r\nX: " + b"x" * 70000 + b"\r\n\r\n", 431),
    (b"CONNECT party.test:443 HTTP/1.1\r\nHost: party.test:443\r\n\r\n", 405),
    (b"POST / HTTP/1.1\r\nHost: party.test\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n", 400),
])
def test_what_is_no_request_is_told_so(home, pki, backend, octets, status):
    with Gate(home, pki, backend) as gate:
        assert gate.send(octets, pki.person()).startswith(f"HTTP/1.1 {status} ".encode())


def test_a_reload_serves_new_connections_and_drops_none(home, pki, backend):
    installed = dataclasses.replace(pki.server(), chain=home / "chain.pem", key=home / "key.pem")

    def install(server):
        installed.chain.write_bytes(server.chain.read_bytes())
        installed.key.write_bytes(server.key.read_bytes())

    def shown():
        with gate.connect() as stream:
            return gates.certificate_sha256(stream)

    install(pki.server())
    with Gate(home, pki, backend, servers=[installed]) as gate:
        before = gate.connection(pki.person())
        install(pki.server(key="p384"))
        assert shown() == pki.server().sha256
        gate.reload()
        assert shown() == pki.server(key="p384").sha256
        assert gates.ask(before, "/header/Host").status == 200
        installed.key.write_text("no key")
        gate.reload()
        assert "nothing was changed" in gate.log
        assert shown() == pki.server(key="p384").sha256


def test_options_that_make_no_gate_are_told(home, pki, backend):
    server = pki.server()
    good = {"--listen": "127.0.0.1:0", "--backend": backend.address, "--cert": server.chain, "--key": server.key,
            "--client-roots": pki.root.certificate}
    for change, word in [({"--listen": "nowhere"}, "--listen"), ({"--backend": "192.0.2.1:80"}, "this machine"),
                         ({"--cert": home / "none"}, "none"), ({"--key": pki.server(key="p384").key}, "does not hold the key"),
                         ({"--client-roots": None}, "nobody could be let in"), ({"--client-certificate": "maybe"}, "optional"),
                         ({"--allow-file": home / "none"}, "none")]:
        options = [str(part) for pair in (good | change).items() if pair[1] is not None for part in pair]
        done = subprocess.run([BINARY, "gate", *options], capture_output=True, text=True, timeout=30)
        assert done.returncode == 2 and word in done.stderr, (change, done)


def test_a_port_that_is_taken_is_told(home, pki, backend):
    with Gate(home, pki, backend) as gate:
        done = subprocess.run([*gate.command, f"--listen=127.0.0.1:{gate.port}"], capture_output=True, text=True, timeout=30)
        assert done.returncode == 1 and "cannot listen" in done.stderr


def test_a_connection_serves_many_requests(home, pki, backend):
    with Gate(home, pki, backend) as gate:
        connection = gate.connection(pki.person())
        first = connection.sock
        for _ in range(5):
            assert gates.ask(connection, "/header/X-Latchkey-Identity").text == "alice@example.org\n"
        assert connection.sock is first
        connection.close()


def test_a_gate_that_ends_ends_its_connections(home, pki, backend):
    with Gate(home, pki, backend) as gate:
        connection = gate.connection(pki.person())
        gates.ask(connection, "/header/Host")
    with pytest.raises((http.client.HTTPException, OSError)):
        gates.ask(connection, "/header/Host")
