"""A virtual OpenPGP card (tests/card) as a test holds it: put in, pulled out, asked what it did."""
import json
import pathlib
import socket
import subprocess

from support.children import die_with_parent
from support.pki import openssl

_PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "card/main.py"
USER_PIN = "123456"
ADMIN_PIN = "12345678"
# VERIFY's names for PW1 (signatures; everything else) and PW3.
SIGNING, USING, ADMINISTRATION = 0x81, 0x82, 0x83


class Card:
    """A card that is not plugged in yet. Its keys and PINs are those of a new one, whatever the serial number."""

    def __init__(self, serial=1):
        ours, theirs = socket.socketpair()
        ours.settimeout(30)
        self.serial = serial
        with theirs:
            self._process = subprocess.Popen(["/usr/bin/python3", str(_PROGRAM), str(theirs.fileno()), str(serial)],
                                             pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        self._lines = ours.makefile("rw")
        ours.close()  # the file keeps the socket
        self._do("state")

    @property
    def serial_number(self):
        """As GnuPG and PKCS#11 show it: manufacturer and number."""
        return f"FFFF{self.serial:08X}"

    def close(self):
        self._lines.close()
        self._process.wait(30)

    def plug(self, slot):
        """Into the reader that listens there, or will: a port or the path of a socket."""
        self._do("plug", slot)

    def pull(self):
        """Out at once, also in the middle of a signature."""
        self._do("pull")

    def put(self, slot, identity, with_certificate=False):
        """`slot` ("sign", "decrypt" or "auth") holds the identity's key, and its certificate if wanted."""
        self._do("key", slot, identity.key)
        if with_certificate:
            der = identity.certificate.with_suffix(".der")
            openssl("x509", "-in", identity.certificate, "-outform", "DER", "-out", der)
            self._do("certificate", slot, der)

    def put_key(self, slot, file):
        """The same with a private key in a PEM file."""
        self._do("key", slot, file)

    def delay(self, seconds):
        """How long every signature takes from now on."""
        self._do("delay", seconds)

    def fail(self, signatures=2):
        """The next signatures end with an error of the card's. OpenSC asks twice before it believes that."""
        self._do("fail", signatures)

    def fall_silent(self):
        """The next signature is never answered."""
        self._do("silence")

    @property
    def plugged(self):
        return self._do("state")["plugged"]

    @property
    def tries(self):
        """{"user": 3, "admin": 3}: how many wrong PINs are forgiven."""
        return self._do("state")["tries"]

    @property
    def verified(self):
        """Which of SIGNING, USING and ADMINISTRATION were verified since the card was reset."""
        return set(self._do("state")["verified"])

    @property
    def busy(self):
        """A signature was asked for and is not made yet: it is delayed, or will never be answered."""
        return self._do("state")["busy"]

    @property
    def calls(self):
        """{"sign": 0, "decrypt": 0, "auth": 0}: how often each key was used."""
        return self._do("state")["calls"]

    def _do(self, *words):
        self._lines.write(" ".join(map(str, words)) + "\n")
        self._lines.flush()
        line = self._lines.readline()
        if not line:
            raise RuntimeError(f"the card has ended (status {self._process.wait()})")
        answer = json.loads(line)
        if isinstance(answer, dict) and "error" in answer:
            raise RuntimeError(f"the card says {answer['error']!r} to {words}")
        return answer
