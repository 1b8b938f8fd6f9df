"""Command APDUs, short and extended (ISO/IEC 7816-4, section 5.2), and the status words that answer them."""
import dataclasses

OK = 0x9000
MORE = 0x6100  # the low octet says how many octets GET RESPONSE has for you, 0 for 256 or more
MEMORY_FAILURE = 0x6581
WRONG_LENGTH = 0x6700
NO_LAST_OF_CHAIN = 0x6883
SECURITY_STATUS = 0x6982
BLOCKED = 0x6983
CONDITIONS = 0x6985
WRONG_DATA = 0x6A80
FILE_NOT_FOUND = 0x6A82
NOT_FOUND = 0x6A88
WRONG_PARAMETERS = 0x6B00
UNKNOWN_INSTRUCTION = 0x6D00
UNKNOWN_CLASS = 0x6E00
TERMINATED = 0x6285


class Refused(Exception):
    """What a command handler raises; the card answers with its status word."""

    def __init__(self, status):
        super().__init__(f"{status:04X}")
        self.status = status


def wrong_pin(tries_left):
    return Refused(0x63C0 | tries_left)


@dataclasses.dataclass(frozen=True)
class Command:
    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes
    le: int  # how many octets may come back; 0 = none were asked for

    @property
    def chained(self):
        """More of it follows in the next command (section 5.1.1.1)."""
        return bool(self.cla & 0x10)

    @property
    def p(self):
        return self.p1 << 8 | self.p2


def parse(octets):
    """Reads a command, or raises Refused(WRONG_LENGTH)."""
    if len(octets) < 4:
        raise Refused(WRONG_LENGTH)
    data, le = _body(octets[4:])
    return Command(*octets[:4], data, le)


def _body(body):
    """(data, Le) of what stands after the header: the cases 1, 2S, 3S, 4S, 2E, 3E and 4E."""
    if not body:
        return b"", 0
    if len(body) == 1:
        return b"", body[0] or 256
    if body[0] == 0:
        return _extended_body(body[1:])
    data, rest = body[1:1 + body[0]], body[1 + body[0]:]
    if len(data) != body[0] or len(rest) > 1:
        raise Refused(WRONG_LENGTH)
    return data, (rest[0] or 256) if rest else 0


def _extended_body(body):
    if len(body) == 2:
        return b"", int.from_bytes(body) or 65536
    if len(body) < 2:
        raise Refused(WRONG_LENGTH)
    length = int.from_bytes(body[:2])
    data, rest = body[2:2 + length], body[2 + length:]
    if length == 0 or len(data) != length or len(rest) not in (0, 2):
        raise Refused(WRONG_LENGTH)
    return data, (int.from_bytes(rest) or 65536) if rest else 0
