"""The real smartcard stack for one test: pcscd, OpenSC's module and GnuPG's scdaemon, with virtual cards in virtual readers.

    with CardStack(home / "stack") as stack:
        stack.card.put("auth", pki.client("p256"))
        stack.card.plug()
        with latchkey(server, token=stack) as proxy:
            ...

pcscd has its socket at a fixed place, /run/pcscd; each stack's runs in a mount namespace where that is a folder of the
test's, so stacks neither meet each other nor the machine's own. Making one takes root, or a kernel that lets users make
namespaces. The reader is vpcd's (Debian's vsmartcard-vpcd): it has two slots, which pcscd shows as two readers, and no
udev device belongs to it.
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys

from support import wait
from support.card import USER_PIN, Card
from support.children import die_with_parent

MODULE = "opensc-pkcs11.so"
_DRIVERS = "/usr/lib/pcsc/drivers"  # where pcscd looks for those of USB readers
_VPCD = "serial/libifdvpcd.so"
_PORT_TAKEN = "Could not initialize connection to virtual ICC"  # in vpcd's words
_STARTS = 5
_PRIVATE_MOUNTS = pathlib.Path(__file__).with_name("private_mounts.py")
_IN_NAMESPACE = ('mount -t tmpfs none /run && mkdir /run/pcscd && mount --bind "$0/pcscd" /run/pcscd && '
                 f'mount --bind "$0/drivers" {_DRIVERS} && exec "$@"')


def _free_ports():
    """Two ports that nobody has at this moment, one after the other: the slots of vpcd's reader."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("", port + 1))
            except (OSError, OverflowError):
                continue
            return port, port + 1


class CardStack:
    """One or two cards, each with a reader of its own; none of them is plugged in at first."""

    def __init__(self, folder, cards=1):
        self.folder = pathlib.Path(folder)
        for name in ("pcscd", "readers", "drivers", "credentials"):
            (self.folder / name).mkdir(parents=True)
        self.cards = [Card(serial) for serial in range(1, cards + 1)]
        self.pin = USER_PIN
        self._ports = ()
        self._pcscd = None

    @property
    def card(self):
        return self.cards[0]

    @property
    def pin(self):
        """What Latchkey enters as the PIN."""
        return (self.folder / "credentials/latchkey.pin").read_text()

    @pin.setter
    def pin(self, value):
        (self.folder / "credentials/latchkey.pin").write_text(value)

    @property
    def client_environment(self):
        """With this a program finds the pcscd of this stack."""
        return {"PCSCLITE_CSOCK_NAME": str(self.folder / "pcscd/pcscd.comm")}

    @property
    def environment(self):
        """With these Latchkey finds it, and its PIN."""
        return self.client_environment | {"CREDENTIALS_DIRECTORY": str(self.folder / "credentials")}

    @property
    def configuration(self):
        """Latchkey's [token] table."""
        return {"module": "auto", "device": "none", "pin": "credential"}

    # --- pcscd ---

    def start_pcscd(self):
        for _ in range(_STARTS):
            said_before = len(self.log)
            if self._start():
                return
            self.kill_pcscd()
            if _PORT_TAKEN not in self.log[said_before:]:
                break
            self._ports = ()
        raise AssertionError("pcscd does not start; it takes root, or namespaces of users' own:\n" + self.log)

    def _start(self):
        """Starts pcscd; does it serve all readers that it should?"""
        as_root = [] if os.geteuid() == 0 else ["unshare", "--map-root-user"]
        command = [*as_root, sys.executable, _PRIVATE_MOUNTS, "sh", "-c", _IN_NAMESPACE, str(self.folder), *self._pcscd_command()]
        said_before = len(self.log)
        with open(self.folder / "pcscd.log", "ab") as log:
            self._pcscd = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent)
        try:
            wait.until(lambda: self._pcscd.poll() is not None or self._answers() or _PORT_TAKEN in self.log[said_before:],
                       "pcscd answers or fails", 30)
        except AssertionError:
            return False
        return self._pcscd.poll() is None and self._answers()

    def _pcscd_command(self):
        """What is started in the namespace; it may write files first."""
        driver = self.folder / "libifdvpcd.so"  # its usual place is hidden there
        if not driver.exists():
            shutil.copy(f"{_DRIVERS}/{_VPCD}", driver)
        self._ports = self._ports or _free_ports()
        (self.folder / "readers/virtual").write_text(
            f'FRIENDLYNAME "Virtual reader"\nDEVICENAME /dev/null:{self._ports[0]}\nLIBPATH {driver}\nCHANNELID 0\n')
        return ["/usr/sbin/pcscd", "--foreground", "--config", str(self.folder / "readers")]

    def _answers(self):
        return (self.folder / "pcscd/pcscd.comm").exists() and len(self.readers()) == 2

    @property
    def pcscd_pid(self):
        return self._pcscd.pid

    def kill_pcscd(self):
        """Gone without a word. start_pcscd() brings another one."""
        self._pcscd.kill()
        self._pcscd.wait()
        (self.folder / "pcscd/pcscd.comm").unlink(missing_ok=True)

    @property
    def log(self):
        path = self.folder / "pcscd.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def readers(self):
        """What pcscd says: {name: is a card in it}."""
        listed = self.run("opensc-tool", "--list-readers").stdout.splitlines()[2:]
        fields = [line.split(maxsplit=3) for line in listed]
        return {line[20:].strip(): words[1] == "Yes" for line, words in zip(listed, fields) if len(words) > 2}

    def plug(self, number=0):
        """Plugs a card in, and returns when pcscd has seen it: and before that, that it was out."""
        self.wait_for_card()
        self.cards[number].plug(self._slot(number))
        self.wait_for_card()

    def _slot(self, number):
        """Where the reader of that number takes its card."""
        return self._ports[number]

    def wait_for_card(self):
        """Until pcscd sees every card that is plugged in, and no other."""
        wait.until(lambda: sum(self.readers().values()) == sum(card.plugged for card in self.cards), "pcscd sees the cards", 20)

    def pull(self, number=0):
        """Pulls the card out of its reader, which stays. Nobody is waited for."""
        self.cards[number].pull()

    def run(self, *command, **options):
        """Runs a program in this stack to its end."""
        return subprocess.run([str(part) for part in command], env=os.environ | self.client_environment, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60, **options)

    def __enter__(self):
        try:
            self.start_pcscd()
        except BaseException:
            self._end_cards()
            raise
        return self

    def __exit__(self, *_):
        self.kill_pcscd()
        self._end_cards()

    def _end_cards(self):
        for card in self.cards:
            card.close()
