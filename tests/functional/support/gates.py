"""`latchkey gate` under test, a backend behind it that tells what it got, and clients before it.

    with Backend() as backend, Gate(home, pki, backend) as gate:
        answer = gate.ask("/header/X-Latchkey-Identity", client=pki.person("alice@example.org"))
"""
import dataclasses
import hashlib
import http.client
import http.server
import os
import pathlib
import select
import signal
import socket
import socketserver
import ssl
import subprocess
import sys
import threading

from support import wait
from support.children import die_with_parent
from support.latchkey import BINARY, SLOWNESS, Running, configuration
from support.pki import HOST

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import body_server  # noqa: E402

SECONDS = 30


class _Handler(body_server.Handler):
    """As body_server says; it remembers each request's line and headers."""

    def log_message(self, format, *arguments):
        pass

    def parse_request(self):
        good = super().parse_request()
        if good:
            self.server.requests.append((self.requestline, list(self.headers.items())))
        return good


class _Quiet:
    """Clients leave when they like in these tests."""

    daemon_threads = True

    def handle_error(self, *_):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(*_)


class _UnixServer(_Quiet, socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    pass


class _TcpServer(_Quiet, http.server.ThreadingHTTPServer):
    pass


class Backend:
    """A plain HTTP/1.1 server on a loopback port, or at a UNIX socket's path."""

    def __init__(self, path=None):
        self._server = _UnixServer(str(path), _Handler) if path else _TcpServer(("127.0.0.1", 0), _Handler)
        self._server.requests = []
        self.address = f"unix:{path}" if path else f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def requests(self):
        """Of each request that came: its first line, and its headers as pairs."""
        return self._server.requests

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    headers: object
    body: bytes

    @property
    def text(self):
        return self.body.decode()


def context(client=None, version=None):
    """How a client of the gate speaks TLS. The gate's own certificate is another test's matter."""
    made = ssl.create_default_context()
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    if version:
        made.minimum_version = made.maximum_version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
    if client:
        made.load_cert_chain(client.chain, client.key)
    return made


class Client:
    """Clients of a gate at a port of 127.0.0.1."""

    def __init__(self, port=0):
        self.port = port

    def connect(self, client=None, host=HOST, version=None, tls=None, session=None):
        """TLS to the gate; `host` None leaves SNI out. `tls` is a context(), `session` one of its sessions."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)
        try:
            return (tls or context(client, version)).wrap_socket(plain, server_hostname=host, session=session)
        except BaseException:
            plain.close()
            raise

    def connection(self, client=None, host=HOST, version=None, tls=None, session=None):
        """The same for requests in a row, by http.client."""
        made = http.client.HTTPConnection(host or "127.0.0.1", timeout=SECONDS)
        made.sock = self.connect(client, host, version, tls, session)
        return made

    def ask(self, path, client=None, method="GET", body=None, headers=None, **how):
        """One request on a connection of its own."""
        connection = self.connection(client, **how)
        try:
            return ask(connection, path, method, body, headers)
        finally:
            connection.close()

    def send(self, octets, client=None, **how):
        """Sends octets as they are; returns everything that comes back until the gate ends the connection."""
        with self.connect(client, **how) as stream:
            stream.sendall(octets)
            return rest(stream)


class Gate(Running, Client):
    """A running gate for `pki.server()`, or for the identities in `servers`: `on_token` makes one whose key is on `token`.

    Lists in `options` are repeated options, True is a flag: Gate(..., allow_file=path, proxy_protocol=True).
    """

    name = "latchkey gate"

    def __init__(self, folder, pki, backend, servers=None, token=None, **options):
        super().__init__()
        self.folder = pathlib.Path(folder)
        self.environment = dict(os.environ)
        if token:
            self.environment |= {"XDG_STATE_HOME": str(self.folder / "gate-state")} | token.environment
            (self.folder / "gate.toml").write_text(configuration(token=token.configuration))
            options.setdefault("config", self.folder / "gate.toml")
        options.setdefault("listen", "127.0.0.1:0")
        options.setdefault("backend", getattr(backend, "address", backend))
        options.setdefault("client_roots", pki.root.certificate)
        self.command = [str(BINARY), "gate"]
        for server in servers or [pki.server()]:
            self.command += ["--cert", str(server.chain), "--key", str(server.key)]
        for name, value in options.items():
            option = "--" + name.replace("_", "-")
            self.command += [option] if value is True else [] if value is None else [option, str(value)]
        self.process = None

    @property
    def log(self):
        return (self.folder / "gate.log").read_text(errors="replace")

    def __enter__(self):
        with open(self.folder / "gate.log", "ab") as log:
            self.process = subprocess.Popen(self.command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=log, start_new_session=True, preexec_fn=die_with_parent)
        ready, _, _ = select.select([self.process.stdout], [], [], 10 * SLOWNESS)
        line = self.process.stdout.readline().decode() if ready else ""
        if not line.startswith("listening at "):
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the gate does not listen: {line}{self.log}")
        self.port = int(line.rsplit(":", 1)[1])
        return self

    def until_armed(self):
        """Waits until the gate's one token may sign."""
        try:
            wait.until(lambda: self.log.count("latchkey: armed: ") > self.log.count("latchkey: disarmed: "), "the token is armed", 20 * SLOWNESS)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.log}") from None
        return self

    def reload(self):
        """Has it read its files again, and waits until it says that it has tried."""
        before = self.log.count("gate: ")
        self.process.send_signal(signal.SIGHUP)
        wait.until(lambda: self.log.count("gate: ") > before, "the gate has read its files")

    def stop(self):
        try:
            self.end(self.process, 10)
        finally:
            self.process.stdout.close()


def on_token(server, uri="pkcs11:id=%01"):
    """A server's identity whose key is on a token."""
    return dataclasses.replace(server, key=uri)


def ask(connection, path, method="GET", body=None, headers=None):
    """One request on a connection that is there."""
    connection.request(method, path, body=body, headers=headers or {})
    answer = connection.getresponse()
    return Answer(answer.status, answer.headers, answer.read())


def rest(stream):
    received = b""
    try:
        while data := stream.recv(65536):
            received += data
    except (ConnectionError, ssl.SSLError):
        pass
    return received


def certificate_sha256(stream):
    """By which the other side's certificate is known, as support/pki.py has it."""
    return hashlib.sha256(stream.getpeercert(binary_form=True)).hexdigest()
