"""GnuPG with a home of its own on a card stack: gpg, its agent and scdaemon, and somebody who types the PINs."""
import dataclasses
import os
import pathlib
import re
import subprocess

from support import wait
from support.card import ADMIN_PIN, USER_PIN

# The way out of most trouble beside OpenSC: through pcscd instead of libusb, and not for itself alone.
SHARED = "disable-ccid\npcsc-shared\n"
_PINENTRY = """#!/usr/bin/python3
import pathlib, sys
here = pathlib.Path(__file__).parent
print("OK ready", flush=True)
asked = ""
for line in sys.stdin:
    word = line.split()[0].upper() if line.strip() else ""
    if word == "SETDESC":
        asked = line
    if word == "GETPIN":
        which = "admin" if "Admin" in asked else "user"
        with open(here / "asked", "a") as notes:
            notes.write(which + "\\n")
        print("D " + (here / which).read_text())
    print("OK", flush=True)
    if word == "BYE":
        break
"""


class GnuPG:
    """Ends its daemons with its `with` block. `scdaemon` is the text of scdaemon.conf."""

    def __init__(self, stack, folder, scdaemon="disable-ccid\n"):
        self.folder = pathlib.Path(folder)
        self._stack = stack
        self.folder.mkdir(mode=0o700)
        (self.folder / "pinentry").write_text(_PINENTRY)
        (self.folder / "pinentry").chmod(0o755)
        (self.folder / "user").write_text(USER_PIN)
        (self.folder / "admin").write_text(ADMIN_PIN)
        (self.folder / "scdaemon.conf").write_text(scdaemon)
        (self.folder / "gpg-agent.conf").write_text(f"pinentry-program {self.folder}/pinentry\n")

    @property
    def environment(self):
        return self._stack.client_environment | {"GNUPGHOME": str(self.folder), "LC_ALL": "C.UTF-8"}

    def share_card(self):
        """The way out of most trouble beside OpenSC. scdaemon reads it when it starts."""
        (self.folder / "scdaemon.conf").write_text(SHARED)

    def set_pin(self, user):
        """What is typed as the user's PIN from now on."""
        (self.folder / "user").write_text(user)

    def asked(self):
        """Which PINs were typed: a list of "user" and "admin"."""
        notes = self.folder / "asked"
        return notes.read_text().split() if notes.exists() else []

    def run(self, *arguments, program="gpg", input=None, batch=True, seconds=60):
        """Runs gpg to its end; without `input` there is none. Output is octets."""
        usual = ["--no-tty", *(["--batch", "--yes"] if batch else [])] if program == "gpg" else []
        command = [program, *usual, *map(str, arguments)]
        return subprocess.run(command, env=os.environ | self.environment, capture_output=True, timeout=seconds,
                              input=input if input is not None else b"")

    def ok(self, *arguments, **options):
        """The output of a run that must end well."""
        done = self.run(*arguments, **options)
        assert done.returncode == 0, f"gpg {' '.join(map(str, arguments))}\n{done.stderr.decode(errors='replace')}"
        return done.stdout

    def make_key(self, user, algorithms):
        """A key pair on disk with a subkey for each other slot of the card; `algorithms` has one for "sign", "encr" and "auth"."""
        self.ok("--passphrase", "", "--quick-gen-key", user, algorithms["sign"], "sign", "never")
        fingerprint = self.fingerprints()[0]
        for usage in ("encr", "auth"):
            self.ok("--passphrase", "", "--quick-add-key", fingerprint, algorithms[usage], usage, "never")
        return fingerprint

    def fingerprints(self):
        """Of the key and its subkeys, in their order."""
        return re.findall(r"^fpr:+([0-9A-F]+):", self.ok("--with-colons", "--fingerprint", "--fingerprint", "--list-keys").decode(), re.M)

    def key_to_card(self, fingerprint):
        """`keytocard` for the key and both subkeys: signature, decryption, authentication. They are gone from the disk."""
        replaces = "y"  # asked only where a slot has a key; to the prompt for commands it is a word that means nothing
        steps = ["keytocard", "y", "1", replaces, "key 1", "keytocard", "2", replaces, "key 1", "key 2", "keytocard", "3", replaces,
                 "save"]
        told = self.ok("--command-fd", "0", "--status-fd", "2", "--passphrase", "", "--pinentry-mode", "ask", "--edit-key", fingerprint,
                       input="\n".join(steps).encode() + b"\n")
        on_card = self.card_status()["fpr"][:3]
        assert on_card == self.fingerprints()[:3], f"on the card: {on_card}"
        return told

    def make_key_on_card(self, name, address):
        """A key pair with two subkeys that the card makes, of the kinds that it is set to. What happened, as gpg tells it."""
        steps = ["admin", "generate", "n", "0", name, address, "", "quit"]
        return self.ok("--command-fd", "0", "--status-fd", "2", "--card-edit", batch=False, input="\n".join(steps).encode() + b"\n")

    def card_status(self):
        """`--card-status` for programs: {field: [values]}."""
        lines = self.ok("--card-status", "--with-colons").decode().splitlines()
        return {name: values.split(":") for name, _, values in (line.partition(":") for line in lines)}

    def key_listing(self):
        """The secret keys, for programs: those on a card name its application in field 15."""
        return self.ok("--list-secret-keys", "--with-colons").decode()

    def release(self):
        """Ends scdaemon, which lets go of the card. Once the agent has noticed, there is a new one that has not opened it yet."""
        self.ok("--kill", "scdaemon", program="gpgconf")
        alive = ("SCD GETINFO version", "/bye")
        wait.until(lambda: self.run(*alive, program="gpg-connect-agent").stdout.endswith(b"OK\n"), "scdaemon is there again", 20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ok("--kill", "all", program="gpgconf")


@dataclasses.dataclass
class ThroughAgent:
    """GnuPG as Latchkey's way to the key."""

    stack: object
    gnupg: GnuPG
    on_disk: bool = False

    @property
    def environment(self):
        return self.stack.environment | self.gnupg.environment

    @property
    def configuration(self):
        return {"module": "gpg-agent"} | ({"device": "none"} if self.on_disk else {})
