"""A smart card reader of one slot, as USB's class CCID describes it (revision 1.1): messages in, messages out.

The host sends whole APDUs, short or extended. There is no USB here (usb_token.py carries the messages), and the card is
tests/card's, which connects to a UNIX socket of ours and speaks vpcd's protocol (tests/card/reader.py).
"""
import asyncio
import struct

_POWER_ON, _POWER_OFF, _SLOT_STATUS, _TRANSMIT = 0x62, 0x63, 0x65, 0x6F
_GET_PARAMETERS, _RESET_PARAMETERS, _SET_PARAMETERS, _ABORT = 0x6C, 0x6D, 0x61, 0x72
_DATA, _STATUS, _PARAMETERS = 0x80, 0x81, 0x82
_FAILED, _MORE_TIME = 1, 2
_NO_CARD, _TIME_FACTOR = 0xFE, 1
_PROTOCOL_T1 = bytes.fromhex("11100015 00FE00")
_SECONDS_BETWEEN_EXTENSIONS = 1
_HEADER_BYTES = 10
LONGEST_MESSAGE_BYTES = 4096


def class_descriptor():
    """Table 5.1-1: one slot, T=1, parameters by itself (0x44, 0xBA), extended APDUs (0x40000)."""
    return struct.pack("<BBHBBIIIBIIBIIIIIBBHBB", 54, 0x21, 0x0110, 0, 7, 2, 4000, 4000, 0, 9600, 115200, 0, 254, 0, 0,
                       0x40000 | 0xBA | 0x44, LONGEST_MESSAGE_BYTES, 0xFF, 0xFF, 0, 0, 1)


class Card:
    """The card's connection: it is in for as long as it is connected."""

    def __init__(self, on_change):
        self._on_change = on_change
        self._stream = None
        self._lock = asyncio.Lock()

    async def listen(self, path):
        return await asyncio.start_unix_server(self._take, path)

    async def _take(self, reader, writer):
        self._stream = (reader, writer)
        self._on_change()

    @property
    def is_in(self):
        return self._stream is not None

    def let_go(self):
        if self._stream:
            self._stream[1].transport.abort()
        self._stream = None

    def send(self, *payloads):
        for payload in payloads:
            self._stream[1].write(len(payload).to_bytes(2) + payload)

    async def ask(self, *payloads):
        """Sends them; the answer to the last, or None if the card was pulled out meanwhile."""
        async with self._lock:
            try:
                self.send(*payloads)
                reader, _ = self._stream
                return await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
            except (OSError, asyncio.IncompleteReadError, TypeError):
                self.let_go()
                self._on_change()
                return None


class Reader:
    """Calls answer(message) for what goes to the host, and on_change() when the card comes or goes."""

    def __init__(self, answer, on_change):
        self.card = Card(self._card_changed)
        self._answer_with = answer
        self._on_change = on_change
        self._input = b""
        self._powered = False
        self._tasks = set()

    def reset(self):
        self._input = b""
        self._powered = False

    def change(self):
        """RDR_to_PC_NotifySlotChange, for the interrupt pipe."""
        return bytes([0x50, 3 if self.card.is_in else 2])

    def _card_changed(self):
        self._powered = False
        self._on_change()

    def take(self, octets):
        """What the host sent, in pieces of any size."""
        self._input += octets
        while len(self._input) >= _HEADER_BYTES:
            length = _HEADER_BYTES + int.from_bytes(self._input[1:5], "little")
            if len(self._input) < length:
                return
            message, self._input = self._input[:length], self._input[length:]
            task = asyncio.ensure_future(self._execute(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _execute(self, message):
        kind = message[0]
        if kind == _POWER_ON:
            await self._power_on(message)
        elif kind == _POWER_OFF:
            if self.card.is_in:
                self.card.send(b"\0")
            self._powered = False
            self._answer(_STATUS, message)
        elif kind == _TRANSMIT:
            await self._transmit(message)
        elif kind in (_GET_PARAMETERS, _RESET_PARAMETERS, _SET_PARAMETERS):
            self._answer(_PARAMETERS, message, _PROTOCOL_T1, last=1)
        else:
            self._answer(_STATUS, message, status=0 if kind in (_SLOT_STATUS, _ABORT) else _FAILED)

    async def _power_on(self, message):
        atr = await self.card.ask(b"\1", b"\2", b"\4") if self.card.is_in else None
        self._powered = atr is not None
        self._answer_of_card(message, atr)

    async def _transmit(self, message):
        if not self.card.is_in:
            return self._answer_of_card(message, None)
        asked = asyncio.ensure_future(self.card.ask(message[_HEADER_BYTES:]))
        while not (await asyncio.wait({asked}, timeout=_SECONDS_BETWEEN_EXTENSIONS))[0]:
            self._answer(_DATA, message, status=_MORE_TIME, error=_TIME_FACTOR)
        return self._answer_of_card(message, asked.result())

    def _answer_of_card(self, message, data):
        if data is None:
            self._answer(_DATA, message, status=_FAILED, error=_NO_CARD)
        else:
            self._answer(_DATA, message, data)

    def _answer(self, kind, message, data=b"", status=0, error=0, last=0):
        slot_is = 2 if not self.card.is_in else 0 if self._powered else 1
        self._answer_with(struct.pack("<BIBBBBB", kind, len(data), message[5], message[6], slot_is | status << 6, error, last) + data)
