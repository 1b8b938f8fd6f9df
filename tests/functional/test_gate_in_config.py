"""Gates of the configuration run beside the proxy, and follow it when it is read again."""
import re
import signal

import pytest

from support import clients, gates, wait
from support.gates import Backend, Client
from support.latchkey import configuration
from support.status_pages import StatusPage


def gate_table(pki, backend, port=0, **more):
    server = pki.server()
    return {"listen": f"127.0.0.1:{port}", "backend": backend.address, "cert": [str(server.chain)],
            "key": [str(server.key)], "client_roots": str(pki.root.certificate)} | more


def write(proxy, *tables):
    """A configuration of these gates, and no party but the demo's."""
    text = configuration((), listen={"address": ["127.0.0.1:0"]}, token={"module": "soft"})
    proxy.configure(text + configuration(tables).replace("[[party]]", "[[gate]]"))


def ports(proxy):
    """Where gates listen, as the log says, in order."""
    return [int(port) for port in re.findall(r"a gate listens at 127\.0\.0\.1:(\d+)", proxy.log)]


@pytest.fixture
def backend():
    with Backend() as server:
        yield server


@pytest.fixture
def proxy(pki, latchkey, backend):
    proxy = latchkey()
    write(proxy, gate_table(pki, backend))
    with proxy:
        yield proxy


def test_a_gate_of_the_configuration_forwards(pki, proxy):
    assert Client(ports(proxy)[0]).ask("/header/X-Latchkey-Identity", pki.person()).text == "alice@example.org\n"


def test_status_shows_gates_with_who_is_there_and_who_was_refused(pki, proxy, backend):
    port = ports(proxy)[0]
    client = Client(port)
    connection = client.connection(pki.person())
    assert gates.ask(connection, "/header/Host").status == 200
    stranger = pki.person(case="unknown-ca")
    assert client.ask("/", stranger).status == 403
    wait.until(lambda: proxy.status()["gates"][0]["open"] == 1, "the stranger has left")
    [gate] = proxy.status()["gates"]
    assert gate["listen"] == f"127.0.0.1:{port}" and gate["names"] == ["party.test"] and gate["backend"] == backend.address
    [seen] = gate["connections"]
    assert seen["peer"] == {"form": "x509", "fingerprint": pki.person().key_sha256, "name": "alice@example.org"}
    assert seen["shown"]["form"] == "x509" and seen["protocol"].startswith("TLS 1.3")
    [refusal] = gate["refusals"]
    assert stranger.key_sha256 in refusal["reason"]
    text = proxy.run("status").stdout
    assert f"gate         127.0.0.1:{port} (party.test) to {backend.address}, 1 connections" in text
    assert "it showed the X.509 certificate alice@example.org" in text and stranger.key_sha256 in text
    page = clients.curl(f"http://127.0.0.1:{proxy.port}/", "-H", "Accept: text/html").body
    assert "alice@example.org" in page and stranger.key_sha256 in page
    connection.close()


def test_a_client_of_a_gate_is_closed_on_the_status_page(pki, proxy):
    [port] = ports(proxy)
    connection = Client(port).connection(pki.person())
    assert gates.ask(connection, "/header/Host").status == 200
    page = StatusPage(proxy)
    right = {"key": page.key(), "connection": str(proxy.status()["gates"][0]["connections"][0]["id"]), "gate": f"127.0.0.1:{port}"}
    for form in (right | {"gate": "127.0.0.1:1"}, right | {"connection": "99"}, right | {"gate": ""}):
        assert page.send("/close", form)[0] == 303
    assert gates.ask(connection, "/header/Host").status == 200
    status, headers, _ = page.send("/close", right)
    assert status == 303 and headers["Location"] == "/#gates"
    wait.until(lambda: proxy.status()["gates"][0]["open"] == 0, "the client is gone")
    connection.close()


def test_a_reload_changes_a_gate_and_drops_no_connection(pki, proxy, backend):
    port = ports(proxy)[0]
    client = Client(port)
    write(proxy, gate_table(pki, backend, port))
    connection = client.connection(pki.person())
    assert gates.ask(connection, "/header/Host").status == 200
    allowed = proxy.config_file.parent / "allowed"
    allowed.write_text("bob@example.org\n")
    write(proxy, gate_table(pki, backend, allow_file=str(allowed)))
    assert proxy.run("reload").returncode == 0
    assert client.ask("/header/Host", pki.person()).status == 403
    assert client.ask("/header/Host", pki.person("bob@example.org")).status == 200
    assert gates.ask(connection, "/header/Host").status == 200
    connection.close()


def test_a_reload_that_names_a_file_that_is_not_there_changes_nothing(pki, proxy, backend):
    write(proxy, gate_table(pki, backend), gate_table(pki, backend, client_roots="/none"))
    done = proxy.run("reload")
    assert done.returncode == 1 and "/none" in done.stderr
    assert Client(ports(proxy)[0]).ask("/header/Host", pki.person()).status == 200


def test_a_gate_that_is_gone_accepts_nobody_and_serves_whom_it_has(pki, proxy):
    port = ports(proxy)[0]
    connection = Client(port).connection(pki.person())
    gates.ask(connection, "/header/Host")
    write(proxy)
    proxy.process.send_signal(signal.SIGHUP)
    wait.until(lambda: port not in wait.listening_ports(), "nobody listens there")
    assert gates.ask(connection, "/header/Host").status == 200
    connection.close()


def test_a_gate_whose_files_are_not_there_keeps_the_proxy_from_starting(pki, latchkey, backend):
    proxy = latchkey()
    write(proxy, gate_table(pki, backend, key=["/none"]))
    done = proxy.run("run")
    assert done.returncode != 0 and "/none" in done.stderr
