"""Real servers on 127.0.0.1, and what each of them says about the certificates that it was shown.

Every one is a context manager: started and listening inside the block, ended after it. `certificates()` reads the
server's own log: one entry for each connection whose handshake it finished, the SHA-256 of the client's certificate in
hexadecimal or "" for none. gnutls-serv has no option for the address that it listens on; the others take loopback.
"""
import hashlib
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import urllib.parse

from support import wait
from support.children import die_with_parent
from support.pki import fingerprint

VERSIONS = ("1.2", "1.3")
ANSWER = b"the party's answer\n"


def free_port():
    """A port that nobody listens on at this moment. Whoever takes it must be ready to lose the race."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A program that serves TLS. Subclasses say how it is started and how its log is read."""

    name = ""

    def __init__(self, identity, tls=VERSIONS):
        self.identity = identity
        self.tls = (tls,) if isinstance(tls, str) else tuple(tls)
        self.port = 0
        self.folder = None
        self._process = None
        self._scratch = None

    def command(self):
        """The command that serves on self.port; it may write files into self.folder first."""
        raise NotImplementedError

    def seen(self):
        """What the log says at this moment."""
        raise NotImplementedError

    def certificates(self, count=1):
        """What it says once it tells of `count` connections: a log line may come after the answer."""
        try:
            wait.until(lambda: len(self.seen()) >= count, "logged")
            return self.seen()
        except AssertionError:
            raise AssertionError(f"{self.name} tells of {len(self.seen())} connections, not {count}:\n{self.log}") from None

    @property
    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    def __enter__(self):
        self._scratch = tempfile.TemporaryDirectory(prefix="latchkey-server-")
        self.folder = pathlib.Path(self._scratch.name)
        for _ in range(5):
            if self._start(free_port()):
                return self
        self._scratch.cleanup()
        raise AssertionError(f"{self.name} does not start:\n{self.last_words}")

    def restart(self):
        """Ends it and starts it anew on its port: whatever it kept in memory is gone."""
        self._end()
        assert self._start(self.port), f"{self.name} does not start again:\n{self.last_words}"

    def _start(self, port):
        """Starts it on `port`; False if somebody took that port in between."""
        self.port = port
        with open(self.folder / "log", "wb") as log:
            self._process = subprocess.Popen(self.command(), cwd=self.folder, stdin=subprocess.PIPE, stdout=log,
                                             stderr=subprocess.STDOUT, preexec_fn=die_with_parent)
        wait.until(lambda: self.port in wait.listening_ports() or self._process.poll() is not None,
                   f"{self.name} listens or has ended", 30)
        if self._process.poll() is None:
            return True
        self.last_words = self.log
        self._end()
        return False

    def _end(self):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process.stdin.close()

    def __exit__(self, *_):
        self._end()
        self._scratch.cleanup()


class Nginx(Server):
    """nginx asks for a certificate, takes any, and names it in its access log.

    It resumes no session, so that every connection is a full handshake, unless it is told to give out `tickets`.
    """

    name = "nginx"
    _CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
  log_format seen '$ssl_protocol "$ssl_client_escaped_cert" $ssl_session_reused';
  access_log {folder}/access seen;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder}; client_max_body_size 0; default_type text/plain;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {chain}; ssl_certificate_key {key};
    ssl_protocols {protocols};
    ssl_verify_client optional_no_ca; ssl_session_tickets {tickets};
    add_header X-Client-Subject $ssl_client_s_dn always;
    {more}
    location / {{ root {folder}/www; }}
  }}
}}
"""

    def __init__(self, identity, tls=VERSIONS, more="", tickets=False):
        super().__init__(identity, tls)
        self._more = more
        self._tickets = "on" if tickets else "off"

    def command(self):
        (self.folder / "www").mkdir(exist_ok=True)
        (self.folder / "www/index.html").write_bytes(ANSWER)
        # The workers of nginx give up root; what they serve must be theirs to read.
        self.folder.chmod(0o755)
        (self.folder / "conf").write_text(self._CONFIGURATION.format(
            folder=self.folder, port=self.port, chain=self.identity.chain, key=self.identity.key,
            protocols=" ".join(f"TLSv{version}" for version in self.tls), more=self._more,
            tickets=self._tickets))
        return ["/usr/sbin/nginx", "-e", "stderr", "-p", str(self.folder), "-c", str(self.folder / "conf")]

    def _lines(self):
        access = self.folder / "access"
        return access.read_text().splitlines() if access.exists() else []

    def seen(self):
        escaped = [line.split('"')[1] for line in self._lines()]
        return ["" if text in ("", "-") else fingerprint(urllib.parse.unquote(text)) for text in escaped]

    def resumed(self, count):
        """For each of `count` requests: did its connection resume a session?"""
        self.certificates(count)
        return [line.endswith(" r") for line in self._lines()]


class Haproxy(Server):
    """haproxy asks for a certificate, takes any, and logs its DER; it answers by itself."""

    name = "haproxy"
    _CONFIGURATION = """
global
  log stdout len 16384 format raw local0
  ssl-server-verify none
defaults
  mode http
  timeout client 30s
  timeout server 30s
  timeout connect 5s
frontend party
  bind 127.0.0.1:{port} ssl crt {folder}/pem ssl-min-ver TLSv{lowest} ssl-max-ver TLSv{highest} verify optional ca-file {root} crt-ignore-err all ca-ignore-err all
  log global
  log-format "seen %sslv %[ssl_c_used] <%[ssl_c_der,hex]>"
  http-request return status 200 content-type text/plain string "{answer}\\n"
"""

    def command(self):
        (self.folder / "pem").write_text(self.identity.chain.read_text() + self.identity.key.read_text())
        (self.folder / "conf").write_text(self._CONFIGURATION.format(
            folder=self.folder, port=self.port, lowest=min(self.tls), highest=max(self.tls),
            root=self.identity.certificate, answer=ANSWER.decode().strip().replace("'", "\\'")))
        return ["/usr/sbin/haproxy", "-db", "-f", str(self.folder / "conf")]

    def seen(self):
        ders = re.findall(r"^seen \S+ \d <([0-9A-F]*)-?>$", self.log, re.MULTILINE)
        return [hashlib.sha256(bytes.fromhex(der)).hexdigest() if der else "" for der in ders]


class OpensslServer(Server):
    """`openssl s_server`, which prints every handshake message: also those of a handshake that failed."""

    name = "s_server"

    def __init__(self, identity, tls=VERSIONS, mode=("-HTTP",), require=True, more=()):
        super().__init__(identity, tls)
        self._options = ["-msg", *mode, *(["-Verify" if require else "-verify", "1"]), *more]

    def command(self):
        versions = [f"-tls{self.tls[0].replace('.', '_')}"] if len(self.tls) == 1 else []
        (self.folder / "index.html").write_bytes(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + ANSWER)
        return ["openssl", "s_server", "-accept", f"127.0.0.1:{self.port}", "-cert", str(self.identity.certificate),
                "-cert_chain", str(self.identity.chain), "-key", str(self.identity.key), *versions, *self._options]

    def received(self):
        """Messages from clients, in order: (TLS version, name, message). It serves one client at a time."""
        found = re.findall(r"^<<< TLS ([0-9.]+), Handshake \[length [0-9a-f]+\], (\w+)\n((?: +[0-9a-f ]+\n)+)", self.log,
                           re.MULTILINE)
        return [(version, name, bytes.fromhex("".join(text.split()))) for version, name, text in found]

    def was_shown_a_certificate(self):
        """In any handshake, also one that broke off. Waits until it is done with every client that came before."""
        with socket.create_connection(("127.0.0.1", self.port), 20) as last:
            last.shutdown(socket.SHUT_WR)
            while last.recv(4096):
                pass
        return self.has_been_shown_a_certificate()

    def has_been_shown_a_certificate(self):
        """By now; a client may be in the middle of its handshake."""
        return any(name == "Certificate" and self._first_certificate(version, message)
                   for version, name, message in self.received())

    def seen(self):
        seen, certificate = [], ""
        for version, name, message in self.received():
            if name == "Certificate":
                certificate = self._first_certificate(version, message)
            elif name == "Finished":
                seen.append(certificate)
                certificate = ""
        return seen

    @staticmethod
    def _first_certificate(version, message):
        """RFC 5246, section 7.4.2; in TLS 1.3 a context of one length octet stands before the list."""
        body = message[4:]
        if version == "1.3":
            body = body[1 + body[0]:]
        entry = body[3:]
        if not entry:
            return ""
        return hashlib.sha256(entry[3:3 + int.from_bytes(entry[:3])]).hexdigest()


class StaticRsaServer(OpensslServer):
    """A server without forward secrecy: with it, a client's certificate goes out before the server proved its key."""

    name = "s_server, static RSA"

    def __init__(self, identity):
        super().__init__(identity, "1.2", more=["-cipher", "AES128-GCM-SHA256"])


class GnutlsServer(Server):
    """`gnutls-serv`, which prints a digest of each client's certificate."""

    name = "gnutls-serv"

    def __init__(self, identity, tls=VERSIONS, mode="--http", require=True):
        super().__init__(identity, tls)
        self._options = [mode, *(["--require-client-cert"] if require else [])]

    def command(self):
        versions = "".join(f":+VERS-TLS{version}" for version in self.tls)
        return ["gnutls-serv", "-p", str(self.port), "--x509certfile", str(self.identity.chain), "--x509keyfile",
                str(self.identity.key), "--priority", f"NORMAL:-VERS-ALL{versions}", *self._options]

    def seen(self):
        connections = re.split(r"^\* Accepted connection ", self.log, flags=re.MULTILINE)[1:]
        seen = [re.search(r"Fingerprint:\n\s+sha1:\w+\n\s+sha256:(\w+)", text) for text in connections if "- Version: TLS" in text]
        return [match[1] if match else "" for match in seen]


class Tls13Server(Server):
    """A TLS 1.3 server that lists the signature schemes it is given, and says how each client signed (tls13_server.py).

    `late` is a handshake message, in hexadecimal, that comes in place of an answer; "none" is no answer at all.
    """

    name = "TLS 1.3 server"

    def __init__(self, identity, *schemes, late=""):
        super().__init__(identity, "1.3")
        self._schemes = schemes
        self._late = late

    def command(self):
        script = pathlib.Path(__file__).with_name("tls13_server.py")
        return ["/usr/bin/python3", str(script), str(self.port), str(self.identity.chain), str(self.identity.key),
                ",".join(f"{scheme:04x}" for scheme in self._schemes), self._late]

    def seen(self):
        return self.log.splitlines()

    def was_shown_a_certificate(self):
        return any(line.startswith("verified") for line in self.seen())


class TlsForwarder(Haproxy):
    """haproxy ends TLS and passes the bytes to a port of 127.0.0.1; if wanted it asks for a certificate, and takes any."""

    name = "haproxy, tcp"
    _CONFIGURATION = """
defaults
  mode tcp
  timeout client 60s
  timeout server 60s
  timeout connect 5s
frontend party
  bind 127.0.0.1:{port} ssl crt {folder}/pem {asking}
  default_backend behind
backend behind
  server behind 127.0.0.1:{target}
"""

    def __init__(self, identity, target, tls=VERSIONS, asks=False):
        super().__init__(identity, tls)
        self._target = target
        self._asking = f"verify optional ca-file {identity.certificate} crt-ignore-err all ca-ignore-err all" if asks else ""

    def command(self):
        (self.folder / "pem").write_text(self.identity.chain.read_text() + self.identity.key.read_text())
        (self.folder / "conf").write_text(self._CONFIGURATION.format(folder=self.folder, port=self.port, target=self._target,
                                                                     asking=self._asking))
        return ["/usr/sbin/haproxy", "-db", "-f", str(self.folder / "conf")]


class Sshd(Server):
    """OpenSSH's server, for the user who runs the tests and a key made for this one server."""

    name = "sshd"

    def __init__(self):
        super().__init__(None)

    def command(self):
        for name in ("host", "user"):
            if not (self.folder / name).exists():
                subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / name)], check=True)
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)  # Debian's sshd gives up its privileges there
        (self.folder / "conf").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.folder}/host\nPidFile none\nStrictModes no\n"
            f"AuthorizedKeysFile {self.folder}/user.pub\nPermitRootLogin yes\nUsePAM no\nPasswordAuthentication no\n")
        return ["/usr/sbin/sshd", "-D", "-e", "-f", str(self.folder / "conf")]


class ByteServer(Server):
    """Takes, gives or echoes streams of bytes, as the first line of each connection asks (byte_server.py).

    Without an identity it speaks plain TCP.
    """

    name = "byte server"

    def command(self):
        script = pathlib.Path(__file__).with_name("byte_server.py")
        shown = [str(self.identity.chain), str(self.identity.key), *self.tls] if self.identity else []
        return ["/usr/bin/python3", str(script), str(self.port), *shown]


class BodyServer(Server):
    """Speaks HTTP/1.1 with bodies of every framing (body_server.py)."""

    name = "body server"

    def command(self):
        script = pathlib.Path(__file__).with_name("body_server.py")
        return ["/usr/bin/python3", str(script), str(self.port), str(self.identity.chain), str(self.identity.key)]


REAL_SERVERS = (Nginx, OpensslServer, GnutlsServer, Haproxy)
