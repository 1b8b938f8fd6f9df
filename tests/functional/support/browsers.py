"""Chromium and Firefox without a window, each in a home of its own, set up as its user would set it up: a PAC file's address
in the proxy settings, and `latchkey ca install`. They stay open for as long as their `with` block.

    with Firefox(home, proxy) as browser:
        browser.open("https://party.test/")
        assert browser.run("return (await fetch('/x')).status") == 200
"""
import pathlib
import subprocess

from support.chromium_pipe import ChromiumPipe
from support.firefox_marionette import FirefoxMarionette
from support.private_files import with_files


class _Browser:
    """`proxy` is a running Latchkey, or None for none. `files` are system files that this browser finds (private_files.py).

    `pac` is another PAC file's address than the proxy's, "" for none; `trusting=False` leaves out `latchkey ca install`.
    """

    name = ""

    def __init__(self, home, proxy=None, pac=None, trusting=True, files=None):
        self.home = pathlib.Path(home)
        self.pac = pac if pac is not None or not proxy else f"http://127.0.0.1:{proxy.port}/proxy.pac"
        self.files = files or {}
        self._driver = None
        self._log = None
        self.prepare()
        if proxy and trusting:
            installed = subprocess.run([str(proxy.binary), "ca", "install"], env=proxy.environment | {"HOME": str(home)},
                                       capture_output=True, text=True, stdin=subprocess.DEVNULL)
            assert installed.returncode == 0, installed.stderr

    def prepare(self):
        """The home as this browser leaves it after its first start."""

    def _start(self, log, environment, before):
        raise NotImplementedError

    def __enter__(self):
        self._log = open(self.home / f"{self.name}.log", "ab")
        environment = {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(self.home), "LANG": "C.UTF-8"}
        self._driver = self._start(self._log, environment, with_files(self.home / f"{self.name}.files", self.files))
        return self

    def __exit__(self, *_):
        self._driver.end()
        self._log.close()

    def new_tab(self):
        self._driver.new_tab()

    def open(self, address):
        """Goes there and waits for the load. Returns None, or what the browser says where it shows a page of its own."""
        return self._driver.open(address)

    def reload(self):
        self._driver.reload()

    def run(self, body, seconds=60):
        """Has the page run the body of an async function; returns what that returns."""
        return self._driver.run(body, seconds)

    @property
    def text(self):
        """What a person reads on the page."""
        return self.run("return document.documentElement.innerText")

    @property
    def html(self):
        return self.run("return document.documentElement.outerHTML")

    def screenshot(self, path):
        path.write_bytes(self._driver.picture())
        assert path.stat().st_size > 1000
        return path


class Chromium(_Browser):
    name = "chromium"

    @property
    def devtools(self):
        return self._driver

    def whole_screenshot(self, path):
        """The whole page, also what one would have to scroll to."""
        path.write_bytes(self._driver.picture(whole=True))
        return path

    def prepare(self):
        (self.home / ".config/chromium").mkdir(parents=True, exist_ok=True)

    def _start(self, log, environment, before):
        options = []
        if self.pac:
            options.append(f"--proxy-pac-url={self.pac}")
        return ChromiumPipe(self.home / ".config/chromium", log, environment, options, before)


class Firefox(_Browser):
    name = "firefox"
    preferences = {}

    @property
    def profile(self):
        return self.home / ".mozilla/firefox/test.default"

    def prepare(self):
        self.profile.mkdir(parents=True, exist_ok=True)
        (self.home / ".mozilla/firefox/profiles.ini").write_text("[Profile0]\nName=default\nIsRelative=1\nPath=test.default\nDefault=1\n")

    def _start(self, log, environment, before):
        preferences = dict(self.preferences)
        if self.pac:
            preferences |= {"network.proxy.type": 2, "network.proxy.autoconfig_url": self.pac}
        return FirefoxMarionette(self.profile, log, environment, preferences, before)


BROWSERS = (Chromium, Firefox)
