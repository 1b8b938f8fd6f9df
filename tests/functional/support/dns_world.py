"""A DNS of the tests' own: a root, a top-level domain and zones, right and wrong, signed and served by real programs.

ldns-keygen and ldns-signzone make the zones, nsd serves all of them on one port, and unbound recurses over it. What the
zones say stands in dns_zones.py. `World.ask` asks as Latchkey does, `delv` and `unbound` ask as others do; the verdict
is one of "secure", "insecure", "bogus" and "unreachable", and for those two tools "fails" is either of the last.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from support import wait
from support.children import die_with_parent
from support.latchkey import BINARY

LOOKUP = pathlib.Path(BINARY).with_name("dns_lookup")
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
DAY = 86400
HEADER = """$TTL 300
@ SOA ns.{apex} hostmaster.{apex} 1 3600 600 86400 60
@ NS ns.world.
"""


def _run(*command, cwd):
    done = subprocess.run(command, cwd=cwd, env={**os.environ, "PATH": PATH}, capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


class Zone:
    """One zone: what it says, how it is signed, and what is done to it afterwards.

    `algorithm` None is unsigned. `nsec3` is ldns-signzone's options for it, None for NSEC. `ds` says what the zone above
    has: "good", "none", or a function from the lines of DS to other lines. `window` is (begin, end) of the signatures,
    in seconds from now. `beside` is a function from the line of the zone's key to more records, which are signed with the
    rest; `spoil` is one from the signed zone's lines to other lines.
    """

    def __init__(self, apex, records="", *, algorithm="ECDSAP256SHA256", nsec3=None, ds="good", window=(-DAY, 30 * DAY),
                 beside=None, spoil=None, keys=1):
        self.apex = apex
        self.records = records
        self.algorithm = algorithm
        self.nsec3 = nsec3
        self.ds = ds
        self.window = window
        self.beside = beside
        self.spoil = spoil
        self.keys = keys

    @property
    def file(self):
        return ("root" if self.apex == "." else self.apex.strip(".")) + ".zone"

    def make_keys(self, folder):
        """The DS lines that are true of it."""
        self._names = []
        if self.algorithm is None:
            return []
        for number in range(self.keys):
            flags = ["-k"] if number == 0 else []
            bits = ["-b", "2048"] if "RSA" in self.algorithm else []
            self._names.append(_run("ldns-keygen", "-a", self.algorithm, *bits, *flags, self.apex, cwd=folder))
        key = f"{self._names[0]}.key"
        made = [_run("ldns-key2ds", "-n", "-2", key, cwd=folder)]
        return [line.replace("\t", " ") for line in made]

    def sign(self, folder, delegations):
        """Writes the zone as it is to be served."""
        text = HEADER.format(apex="" if self.apex == "." else self.apex) + self.records + "\n".join(delegations) + "\n"
        text = text.replace("{apex}", self.apex)
        if self.beside:
            text += "\n".join(self.beside((folder / f"{self._names[0]}.key").read_text())) + "\n"
        path = folder / self.file
        path.write_text(f"$ORIGIN {self.apex}\n{text}")
        if self.algorithm is None:
            return
        begin, end = (str(int(time.time()) + offset) for offset in self.window)
        how = [] if self.nsec3 is None else ["-n", *self.nsec3]
        _run("ldns-signzone", "-i", begin, "-e", end, "-o", self.apex, *how, "-f", f"{self.file}.signed", self.file,
             *self._names, cwd=folder)
        lines = (folder / f"{self.file}.signed").read_text().splitlines()
        path.write_text("\n".join(self.spoil(lines) if self.spoil else lines) + "\n")


def parent_of(apex, zones):
    """The zone that delegates to `apex`."""
    if apex == ".":
        return None
    above = [zone for zone in zones if zone.apex != apex and (zone.apex == "." or apex.endswith("." + zone.apex))]
    return max(above, key=lambda zone: len(zone.apex))


class World:
    """The zones, their files, and the servers that run inside the `with` block."""

    def __init__(self, zones):
        self.zones = zones
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="latchkey-dns-"))
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        try:
            self._make()
            self.port = self._start(self._nsd)
            self.validating = self._start(lambda port: self._unbound(port, "validator iterator"))
            self.recursive = self._start(lambda port: self._unbound(port, "iterator"))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._stack.close()
        shutil.rmtree(self.folder)

    @property
    def anchor(self):
        return self.folder / "root.key"

    def _make(self):
        delegations = {zone.apex: [] for zone in self.zones}
        for zone in self.zones:
            true = zone.make_keys(self.folder)
            above = parent_of(zone.apex, self.zones)
            if above is None:
                self._write_anchors(zone)
                continue
            lines = [f"{zone.apex} NS ns.world."]
            if zone.ds != "none":
                lines += true if zone.ds == "good" else zone.ds(true)
            delegations[above.apex] += lines
        for zone in self.zones:
            zone.sign(self.folder, delegations[zone.apex])

    def _write_anchors(self, root):
        key = (self.folder / f"{root._names[0]}.key").read_text()
        self.anchor.write_text(key)
        flags, protocol, algorithm, octets = re.search(r"DNSKEY\s+(\d+) (\d+) (\d+) (\S+)", key).groups()
        (self.folder / "delv.keys").write_text(
            f'trust-anchors {{ . static-key {flags} {protocol} {algorithm} "{octets}"; }};\n')

    def _start(self, command):
        """Starts a server on a port that the kernel chose, for UDP and TCP; again where that port was lost."""
        for _ in range(5):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            name, words = command(port)
            log = open(self.folder / f"{name}.log", "w")
            process = subprocess.Popen(words, cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                       env={**os.environ, "PATH": PATH}, preexec_fn=die_with_parent)
            wait.until(lambda: process.poll() is not None or port in wait.listening_ports(), f"{name} listens")
            if process.poll() is None:
                self._stack.callback(self._stop, process, log)
                return port
            log.close()
        raise AssertionError((self.folder / f"{name}.log").read_text())

    @staticmethod
    def _stop(process, log):
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()

    def _nsd(self, port):
        zones = "".join(f'zone:\n  name: "{zone.apex}"\n  zonefile: "{zone.file}"\n' for zone in self.zones)
        (self.folder / "nsd.conf").write_text(f"""server:
  ip-address: 127.0.0.1@{port}
  username: ""
  chroot: ""
  zonesdir: "{self.folder}"
  database: ""
  zonelistfile: "{self.folder}/zone.list"
  xfrdfile: "{self.folder}/xfrd.state"
  xfrdir: "{self.folder}"
  pidfile: "{self.folder}/nsd.pid"
  server-count: 1
  rrl-ratelimit: 0
  verbosity: 1
remote-control:
  control-enable: no
{zones}""")
        return "nsd", ["nsd", "-d", "-c", "nsd.conf"]

    def _unbound(self, port, modules):
        name = "unbound-" + modules.split()[0]
        stubs = "".join(f'stub-zone:\n  name: "{zone.apex}"\n  stub-addr: 127.0.0.1@{self.port}\n' for zone in self.zones)
        (self.folder / f"{name}.conf").write_text(f"""server:
  interface: 127.0.0.1
  port: {port}
  username: ""
  chroot: ""
  directory: "{self.folder}"
  pidfile: ""
  use-syslog: no
  num-threads: 1
  do-ip6: no
  do-not-query-localhost: no
  module-config: "{modules}"
  trust-anchor-file: "{self.anchor}"
  val-sig-skew-min: 0
  val-sig-skew-max: 0
  aggressive-nsec: no
  trust-anchor-signaling: no
  root-key-sentinel: no
remote-control:
  control-enable: no
{stubs}""")
        return name, ["unbound", "-d", "-c", f"{name}.conf"]

    def ask(self, *what, port=None, options=()):
        """What Latchkey's resolver finds, asking the server on `port` (default: unbound, which does not validate)."""
        command = [LOOKUP, "--server", "127.0.0.1", str(port or self.recursive), "--anchor", str(self.anchor), *options,
                   "--", *what]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"dns_lookup ended with {done.returncode}: {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def delv(self, name, kind, port=None):
        """What BIND's validator finds, asking the same server."""
        done = subprocess.run(["delv", "@127.0.0.1", "-p", str(port or self.recursive), "-a", str(self.folder / "delv.keys"),
                               "+root=.", name, kind], capture_output=True, text=True, timeout=60)
        text = done.stdout + done.stderr
        # The verdicts on standard output are those of each alias; only a failure at their end is told elsewhere.
        if re.search(r"resolution failed: (?!ncache)", text):
            return "fails"
        return "insecure" if "unsigned answer" in text or "unsigned response" in text else "secure"

    def unbound(self, name, kind):
        """What unbound's validator finds."""
        text = _run("dig", "@127.0.0.1", "-p", str(self.validating), "+adflag", "+tries=1", "+time=20", name, kind,
                    cwd=self.folder)
        status = re.search(r"status: (\w+)", text)[1]
        flags = re.search(r"flags: ([\w ]+);", text)[1].split()
        if status == "SERVFAIL":
            return "fails"
        assert status in ("NOERROR", "NXDOMAIN"), text
        return "secure" if "ad" in flags else "insecure"
