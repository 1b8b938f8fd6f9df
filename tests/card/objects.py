"""The data objects that are stored and read as they are: who may, how long they may be, and how the big ones are put together.

OpenPGP card 3.4, section 4.4.1. Keys, PINs and the signature counter live elsewhere.
"""
import dataclasses

from apdu import NOT_FOUND, WRONG_DATA, Refused

CERTIFICATE = 0x7F21
LONGEST_CERTIFICATE = 4096
LONGEST_SPECIAL = 255
# The order of the slots in every list that has one entry for each of them.
SLOTS = ("sign", "decrypt", "auth")
# The certificates' order is the other way round: occurrence 0 is the authentication key's (section 7.2.5).
CERTIFICATE_SLOTS = ("auth", "decrypt", "sign")

ANYBODY = None


@dataclasses.dataclass(frozen=True)
class Rule:
    read: int | None  # which PIN mode it takes, or ANYBODY
    write: int
    longest: int = LONGEST_SPECIAL


SIMPLE = {
    0x5B: Rule(ANYBODY, 0x83, 39),  # name
    0x5E: Rule(ANYBODY, 0x83),  # login data
    0x5F2D: Rule(ANYBODY, 0x83, 8),  # languages
    0x5F35: Rule(ANYBODY, 0x83, 1),  # sex
    0x5F50: Rule(ANYBODY, 0x83),  # where the public key is
    0x0101: Rule(ANYBODY, 0x82),
    0x0102: Rule(ANYBODY, 0x83),
    0x0103: Rule(0x82, 0x82),
    0x0104: Rule(0x83, 0x83),
}
# Written one at a time, read as lists: tag -> (list's tag, place).
LISTED = ({0xC7 + n: (0xC5, n) for n in range(3)} | {0xCA + n: (0xC6, n) for n in range(3)}
          | {0xCE + n: (0xCD, n) for n in range(3)})
_ENTRY_BYTES = {0xC5: 20, 0xC6: 20, 0xCD: 4}


class Objects:
    def __init__(self):
        self._simple = {0x5F35: b"9"}
        self.lists = {tag: [bytes(size)] * 3 for tag, size in _ENTRY_BYTES.items()}
        self.certificates = {}
        self.occurrence = 0  # which certificate 7F21 means (SELECT DATA)

    def read(self, tag):
        return self._simple.get(tag, b"")

    def write(self, tag, value):
        if len(value) > SIMPLE[tag].longest:
            raise Refused(WRONG_DATA)
        self._simple[tag] = value

    def write_listed(self, tag, value):
        name, place = LISTED[tag]
        if len(value) != _ENTRY_BYTES[name]:
            raise Refused(WRONG_DATA)
        self.lists[name][place] = value

    def read_list(self, tag):
        return b"".join(self.lists[tag])

    def select_certificate(self, occurrence):
        if occurrence >= len(CERTIFICATE_SLOTS):
            raise Refused(NOT_FOUND)
        self.occurrence = occurrence

    @property
    def certificate(self):
        return self.certificates.get(CERTIFICATE_SLOTS[self.occurrence], b"")

    @certificate.setter
    def certificate(self, value):
        if len(value) > LONGEST_CERTIFICATE:
            raise Refused(WRONG_DATA)
        self.certificates[CERTIFICATE_SLOTS[self.occurrence]] = value
