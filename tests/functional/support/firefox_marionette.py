"""Firefox, driven by Marionette: its own remote protocol, JSON with its length before it, over TCP on loopback."""
import base64
import json
import pathlib
import socket
import subprocess

from support import wait
from support.children import die_with_parent

# Quiet: nothing of Firefox's own on the network, and no page but the test's. What a user's Firefox does with a page stays.
_PREFERENCES = {
    "marionette.port": 0,
    "remote.prefs.recommended": False,
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.sessionstore.resume_from_crash": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.server": "",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}


class FirefoxMarionette:
    """One Firefox with one tab. `preferences` are what its user has changed; `before` stands before its command."""

    def __init__(self, profile, log, environment, preferences, before=()):
        profile = pathlib.Path(profile)
        (profile / "user.js").write_text("".join(
            f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in (_PREFERENCES | preferences).items()))
        self._process = subprocess.Popen([*before, "firefox-esr", "--marionette", "--headless", "--no-remote", "--profile", str(profile)],
                                         env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent)
        port = profile / "MarionetteActivePort"
        wait.until(lambda: self._process.poll() is not None or port.exists() and port.read_text(), "Firefox says its port", 60)
        self._socket = socket.create_connection(("127.0.0.1", int(port.read_text())), timeout=60)
        self._stream = self._socket.makefile("rb")
        self._number = 0
        self._message()
        self._call("WebDriver:NewSession", capabilities={"alwaysMatch": {"pageLoadStrategy": "normal"}})
        self._call("WebDriver:SetTimeouts", script=100_000, pageLoad=60_000)
        self._call("WebDriver:SetWindowRect", width=1000, height=800)

    def new_tab(self):
        """What follows happens in a tab of its own."""
        made = self._call("WebDriver:NewWindow", type="tab", focus=True)
        self._call("WebDriver:SwitchToWindow", handle=made["handle"], focus=True)

    def open(self, address):
        """Goes there, and waits for the page's load. Returns what the browser says is wrong, or None."""
        return self._arrives("WebDriver:Navigate", url=address)

    def reload(self):
        self._arrives("WebDriver:Refresh")

    def run(self, body, seconds=60):
        """What the body of an async function returns, run by the page."""
        self._socket.settimeout(seconds)
        return self._call("WebDriver:ExecuteScript", script=f"return (async () => {{ {body} }})();", args=[], newSandbox=True,
                          sandbox=None)["value"]

    def picture(self):
        """The tab as PNG."""
        return base64.b64decode(self._call("WebDriver:TakeScreenshot", full=False, hash=False)["value"])

    def end(self):
        try:
            self._call("Marionette:Quit", flags=["eForceQuit"])
            self._process.wait(15)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        self._stream.close()
        self._socket.close()

    def _arrives(self, command, **parameters):
        try:
            self._call(command, **parameters)
            return None
        except RuntimeError as error:
            if "error page" in str(error) or "insecure certificate" in str(error):
                return str(error)
            raise

    def _call(self, command, **parameters):
        self._number += 1
        text = json.dumps([0, self._number, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(text), text))
        _, number, error, result = self._message()
        assert number == self._number, f"Firefox answers {number} to {self._number}"
        if error:
            raise RuntimeError(f"{command}: {error['error']}: {error['message']}")
        return result

    def _message(self):
        digits = b""
        while not digits.endswith(b":"):
            octet = self._stream.read(1)
            if not octet:
                raise ConnectionError("Firefox has ended")
            digits += octet
        return json.loads(self._stream.read(int(digits[:-1])))
