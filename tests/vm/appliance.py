"""Latchkey in the guest, installed from the package: people who use it, a party that they visit, tokens that come and go."""
import collections
import contextlib
import json
import pathlib
import re
import subprocess
import time

from machine import BETWEEN_LOOKS_SECONDS, USERS
from support.card import USER_PIN
from support.latchkey import configuration
from support.pki import HOST

PORT = 6091
URL = f"http://{HOST}/"
SLOW_URL = f"http://{HOST}/slow"
ROOT = pathlib.Path(__file__).resolve().parents[2]
# What the guest needs beside the package and what that asks for: a server, a client, GnuPG's hand on the card, and the software
# token of the package's own test.
BESIDE = ["curl", "gnupg", "nginx-light", "scdaemon", "softhsm2"]
# How long things may take where guests are emulated, by the machine's clock(); how long they take is measured.
PATIENCE_SECONDS = 120

Answer = collections.namedtuple("Answer", "status body")


def package():
    """The package that `make deb` has made."""
    found = [path for path in (ROOT / "build/deb").glob("latchkey_*.deb")]
    assert len(found) == 1, "`make deb` makes one package in build/deb"
    return found[0]


def needed_by(deb):
    """The packages that it depends on and recommends, each by its first name."""
    fields = subprocess.run(["dpkg-deb", "-f", deb, "Depends", "Recommends"], capture_output=True, text=True, check=True).stdout
    listed = re.sub(r"^\w+: ", "", fields, flags=re.MULTILINE).replace("\n", ", ").split(", ")
    return sorted({re.split(r"[ |(]", entry.strip())[0] for entry in listed if entry.strip()})


class Appliance:
    def __init__(self, machine):
        self.machine = machine
        self.run = machine.run

    # --- set up once ---

    def install(self, deb, pki):
        self.install_package(deb)
        server = pki.server()
        self.machine.write("/etc/party/chain.pem", server.chain.read_bytes())
        self.machine.write("/etc/party/key.pem", server.key.read_bytes(), mode="600")
        self.machine.write("/etc/party/root.pem", pki.root.certificate.read_bytes())
        self.run("systemctl start party.service")

    def install_package(self, deb):
        self.machine.write("/var/cache/latchkey.deb", deb.read_bytes())
        self.run("dpkg -i /var/cache/latchkey.deb 2>&1", seconds=300)

    def configure(self, user, **token):
        """What a person writes who has a token, with the PIN where no person has to be asked for it."""
        home = f"/home/{user}/.config"
        party = {"hosts": [HOST], "ports": [443], "allow_private": True, "roots": "/etc/party/root.pem"}
        text = configuration([party], token={"module": "auto", "pin": "credential"} | token, dns={"hosts": {HOST: ["127.0.0.1"]}})
        self.machine.write(f"{home}/latchkey/config.toml", text, owner=user)
        self.machine.write(f"{home}/pin/latchkey.pin", USER_PIN, owner=user, mode="600")
        self.machine.write(f"{home}/systemd/user/latchkey.service.d/pin.conf",
                           "[Service]\nEnvironment=CREDENTIALS_DIRECTORY=%h/.config/pin\n", owner=user)

    # --- people ---

    def log_in(self, user):
        """At the seat, on a terminal of their own, which becomes the one that is shown."""
        number = self._terminal(user)
        self.run(f"systemctl start getty@tty{number} && chvt {number}")
        self.machine.until(f"systemctl -q is-active user@{USERS[user]} && test -S /run/user/{USERS[user]}/bus && "
                           f"systemctl --user --machine={user}@ is-active default.target", f"{user} is logged in", 90)

    def log_out(self, user):
        self.run(f"systemctl stop getty@tty{self._terminal(user)}; loginctl terminate-user {user}")

    def show(self, user):
        """Whose terminal is on the screen."""
        self.run(f"chvt {self._terminal(user)}")

    def _terminal(self, user):
        return USERS[user] - 999

    # --- Latchkey ---

    def status(self, user="alice"):
        """What `latchkey status --json` says, from where it asks; None while nobody answers."""
        line = self.machine.ask(f"/run/user/{USERS[user]}/latchkey/control.sock", '{"command": "status"}', user)
        return json.loads(line)["status"] if line else None

    def until(self, holds, what, user="alice", seconds=PATIENCE_SECONDS):
        """Waits until holds(status); returns how long that took, by the machine's clock()."""
        begun = self.machine.clock()
        while True:
            status = self.status(user)
            took = self.machine.clock() - begun
            if holds(status or {}):
                return took
            assert took < seconds, f"still not so after {seconds} s: {what}\n{json.dumps(status, indent=1)}\n{self.journal(user)[-6000:]}"
            time.sleep(BETWEEN_LOOKS_SECONDS)

    def until_armed(self, user="alice", seconds=PATIENCE_SECONDS):
        return self.until(lambda status: status.get("armed"), "is armed", user, seconds)

    def until_disarmed(self, user="alice", seconds=PATIENCE_SECONDS):
        return self.until(lambda status: status.get("armed") is False, "is not armed", user, seconds)

    def curl(self, url=URL, user="alice", seconds=30):
        """As a person does who has been told of the proxy; 0 where no answer came."""
        done = self.run(f"curl -s -m {seconds} -x http://127.0.0.1:{PORT} -w '\\n%{{http_code}}' {url}", user=user, check=False, seconds=seconds + 30)
        body, _, status = done.stdout.rpartition("\n")
        return Answer(int(status or 0), body)

    @contextlib.contextmanager
    def long_download(self, user="alice"):
        """A transfer that the party makes last; yields a function that says whether it still goes on."""
        process = self.machine.start(f"curl -sN -o /dev/null -x http://127.0.0.1:{PORT} {SLOW_URL}", user)
        self.machine.until("ss -Htn state established dport = :443 | grep -q .", "the party is connected")
        try:
            yield lambda: self.machine.runs(process)
        finally:
            self.run(f"kill {process} 2>/dev/null", check=False)

    @contextlib.contextmanager
    def asking(self, user="alice"):
        """Somebody asks for a page; waits at the block's end until the answer is there, and adds its status to what it yields."""
        answers = []
        process = self.machine.start(f"curl -s -m 60 -o /dev/null -w '%{{http_code}}' -x http://127.0.0.1:{PORT} {URL} >~/answer", user)
        yield answers
        self.machine.until(f"! kill -0 {process} 2>/dev/null", "who asked has an answer", 90)
        answers.append(int(self.run("cat ~/answer", user).stdout))

    def until_nothing_is_open(self, seconds=PATIENCE_SECONDS):
        """No connection to the party is left."""
        self.machine.until("! ss -Htn state established dport = :443 | grep .", "all connections are closed", seconds)

    def shown_certificates(self):
        """The certificates that the party was shown, SHA-1 in hexadecimal, oldest first."""
        return [line.split()[1] for line in self.run("cat /var/log/party.log").stdout.splitlines() if line.split()[1:]]

    def journal(self, user="alice"):
        """What that user's Latchkey has said, and what systemd says of it."""
        return self.run(f"journalctl -o short-monotonic --no-pager _UID={USERS[user]}").stdout

    def check_what_is_left(self):
        """No token is in: nobody is armed, nothing is open, nothing has crashed, and the journal holds no secret.

        Debian 12's pcscd does crash now and then when a reader is pulled out in the middle of something (a call through a
        null pointer), and systemd starts it anew: its crashes are returned, not complained of."""
        for user in USERS:
            if self.status(user):
                self.until_disarmed(user)
        self.until_nothing_is_open()
        lines = self.run(f"journalctl -o short --no-pager --since=@{self.machine.loaded_at:.0f}").stdout.splitlines()
        ours = [line for line in lines if "latchkey" in line]
        assert not [line for line in ours if re.search(rf"latchkey\[\d+\]: .*{USER_PIN}", line)]
        crashes = [line for line in lines if "segfault" in line or "core-dump" in line] + \
                  [line for line in ours if "watchdog" in line or "exit-code" in line]
        of_pcscd = [line for line in crashes if re.search(r"kernel: pcscd\[\d+\]|pcscd\.service", line)]
        assert crashes == of_pcscd, "\n".join(crashes)
        return of_pcscd
