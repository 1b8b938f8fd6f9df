"""What a person with a token and a browser has: a browser that knows of Latchkey, and three parties: a new one, an old one, and
one whose certificate has expired."""
import contextlib
import pathlib
import re

from support import tokens
from support.latchkey import ROOT, Latchkey
from support.servers import Nginx, Server
from support.usb import UsbTestbed

SITES = {"h2": "new.test", "http/1.1": "old.test"}
EXPIRED = "expired.test"
PIN = "43210987"
# Names that the browser finds on this machine: of another's page, and one that comes to be ours.
EVIL, REBOUND = "evil.example", "rebound.example"
# And the parties, so that a browser that goes to one by itself arrives.
HOSTS = f"127.0.0.1 localhost {EVIL} {REBOUND} {' '.join(SITES.values())}\n::1 localhost {REBOUND}\n"


class Site(Server):
    """A web site in Node (browser_site.js), which asks for a certificate and takes any."""

    name = "the party's web site"

    def __init__(self, identity, protocol):
        super().__init__(identity)
        self.protocol = protocol

    @property
    def host(self):
        return SITES[self.protocol]

    @property
    def address(self):
        return f"https://{self.host}:{self.port}/"

    def command(self):
        script = pathlib.Path(__file__).with_name("browser_site.js")
        return ["env", f"NODE_PATH={ROOT}/build/npm/node_modules", "node", str(script), str(self.port), str(self.identity.chain),
                str(self.identity.key), self.protocol]

    def seen(self):
        return ["" if each == "none" else each for each in re.findall(r"^client (\S+) ", self.log, re.M)]

    def told(self, begin):
        """What its log's lines say after that word."""
        return re.findall(rf"^{begin} (.*)$", self.log, re.M)


class TokenOnUsb:
    """A SoftHSM token that is there as long as udev says that a USB token is."""

    def __init__(self, soft, usb):
        self.environment = soft.environment | usb.environment()
        self.configuration = {"module": soft.module, "pin": "credential"}


class BrowserWorld(contextlib.ExitStack):
    """`usb` holds the token; `sites` are the good parties, by their protocol, and `expired` the other; `proxy` and `browser` run."""

    def __init__(self, folder, pki, browser):
        super().__init__()
        self.folder = folder
        self.client = pki.client("p256").sha256
        self._pki = pki
        self._kind = browser

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.usb = stack.enter_context(UsbTestbed())
            soft = tokens.make(self.folder / "token", self._pki.client("p256"), pin=PIN)
            self.usb.plug()
            self.sites = {protocol: stack.enter_context(Site(self._pki.server(host=host), protocol)) for protocol, host in SITES.items()}
            self.expired = stack.enter_context(Nginx(self._pki.server("expired", host=EXPIRED)))
            ports = {site.host: site.port for site in self.sites.values()} | {EXPIRED: self.expired.port}
            parties = [{"hosts": [host], "ports": [port], "allow_private": True, "roots": self._pki.root.certificate}
                       for host, port in ports.items()]
            self.proxy = stack.enter_context(Latchkey(self.folder, parties, TokenOnUsb(soft, self.usb),
                                                      dns={"hosts": {host: ["127.0.0.1"] for host in ports}}))
            self.browser = stack.enter_context(self._kind(self.folder, self.proxy, files={"/etc/hosts": HOSTS}))
            self.push(stack.pop_all())
        return self
