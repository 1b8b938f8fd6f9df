"""A USB token for the guest: a device that QEMU takes through its usb-redir chardev, with tests/card's card inside.

    token = UsbToken(machine.usb_ports[0], folder, Card(1))
    token.plug()       # returns when the guest has been told
    token.unplug()     # goes with a word
    token.yank()       # is gone, in the middle of whatever it did

The device is made here, descriptors and all, in the protocol of usbredir 0.7 (usb-redirection-protocol.md of the usbredir
project); what it does beyond USB is in ccid.py. It runs on a thread of its own.
"""
import asyncio
import contextlib
import struct
import threading

import ccid

# Types of packets, and what hello says that we can: connect_device_version, ep_info_max_packet_size,
# 64bits_ids, 32bits_bulk_length (QEMU wants the last three for its xHCI).
_HELLO, _CONNECT, _DISCONNECT, _RESET, _INTERFACES, _ENDPOINTS = range(6)
_SET_CONFIGURATION, _GET_CONFIGURATION, _CONFIGURATION, _SET_ALT, _GET_ALT, _ALT = range(6, 12)
_START_INTERRUPTS, _STOP_INTERRUPTS, _INTERRUPTS, _CANCEL = 15, 16, 17, 21
_CONTROL, _BULK, _INTERRUPT = 100, 101, 103
_CAPABILITIES = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 6
_HELLO_HEADER, _HEADER = struct.Struct("<III"), struct.Struct("<IIQ")
_BULK_HEADER = struct.Struct("<BBHIH")  # endpoint, status, length, stream, high part of the length
_CANCELLED, _STALL = 1, 4
_FULL_SPEED = 1

# The device's endpoints; in the protocol's tables those that lead to the host stand 16 further.
_BULK_OUT, _BULK_IN, _INTERRUPT_IN = 0x01, 0x81, 0x82
_KINDS = {0x00: 0, 0x80: 0, _BULK_OUT: 2, _BULK_IN: 2, _INTERRUPT_IN: 3}
_PACKET_BYTES = {0x00: 64, 0x80: 64, _BULK_OUT: 64, _BULK_IN: 64, _INTERRUPT_IN: 4}
_NO_ENDPOINT = 255
_CCID_CLASS = 11


def _table(values, otherwise=0):
    """32 octets, one for each endpoint or interface."""
    filled = bytearray([otherwise] * 32)
    for endpoint, value in values.items():
        filled[(endpoint & 15) + (16 if endpoint & 0x80 else 0)] = value
    return bytes(filled)


def _endpoint(address, kind, packet_bytes, interval):
    return struct.pack("<BBBBHB", 7, 5, address, kind, packet_bytes, interval)


class _Device:
    """What the host reads of the device: descriptors of USB 2.0, chapter 9.6."""

    def __init__(self, vendor, product, serial):
        self.vendor, self.product = vendor, product
        strings = ["Latchkey", "Virtual token", serial]
        interface = (struct.pack("<9B", 9, 4, 0, 0, 3, _CCID_CLASS, 0, 0, 0) + ccid.class_descriptor() +
                     _endpoint(_BULK_IN, 2, 64, 0) + _endpoint(_BULK_OUT, 2, 64, 0) + _endpoint(_INTERRUPT_IN, 3, 4, 255))
        self._descriptors = {
            0x100: struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x0200, 0, 0, 0, 64, vendor, product, 0x0100, 1, 2, 3, 1),
            0x200: struct.pack("<BBHBBBBB", 9, 2, 9 + len(interface), 1, 1, 0, 0x80, 50) + interface,
            0x300: bytes.fromhex("04030904"),
        } | {0x301 + number: bytes([2 + 2 * len(text), 3]) + text.encode("utf-16le") for number, text in enumerate(strings)}

    def control(self, request, kind, value):
        """The answer to a request of the default pipe; None: refused."""
        if kind == 0x80 and request == 6:
            return self._descriptors.get(value)
        if kind & 0x80 and request == 0:  # GET_STATUS
            return b"\0\0"
        if kind in (0, 1, 2) and request in (1, 3) or kind == 0x21 and request == 1:  # features; CCID's ABORT
            return b""
        return None


class _Plugged:
    """The device for as long as it is in: QEMU's packets, and the reader behind them."""

    def __init__(self, device):
        self._device = device
        self.reader = ccid.Reader(self._to_host, self._notify)
        self._writer = None
        self._wanted = []    # what the host would read: (id, octets, stream)
        self._outgoing = []  # messages for it
        self._interrupts = None  # number of the next one, while they are wanted

    def send(self, kind, number, payload):
        self._writer.write(_HEADER.pack(kind, len(payload), number) + payload)

    async def run(self, usb_port, card_socket, when_in):
        listening = await self.reader.card.listen(card_socket)
        try:
            stream, self._writer = await asyncio.open_unix_connection(usb_port)
            hello = b"latchkey".ljust(64, b"\0") + struct.pack("<I", _CAPABILITIES)
            self._writer.write(_HELLO_HEADER.pack(_HELLO, len(hello), 0) + hello)
            _, length, _ = _HELLO_HEADER.unpack(await stream.readexactly(_HELLO_HEADER.size))
            await stream.readexactly(length)
            self._introduce()
            when_in.set()
            while True:
                kind, length, number = _HEADER.unpack(await stream.readexactly(_HEADER.size))
                self._packet(kind, number, await stream.readexactly(length))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            listening.close()
            self.reader.card.let_go()
            if self._writer:
                self._writer.transport.abort()

    async def say_goodbye(self):
        self.send(_DISCONNECT, 0, b"")
        with contextlib.suppress(OSError):
            await self._writer.drain()

    def _packet(self, kind, number, payload):
        if kind == _CONTROL:
            self._control(number, payload)
        elif kind == _BULK:
            self._bulk(number, payload)
        elif kind == _SET_CONFIGURATION:
            self.send(_CONFIGURATION, number, bytes([0, payload[0]]))
        elif kind == _GET_CONFIGURATION:
            self.send(_CONFIGURATION, number, bytes([0, 1]))
        elif kind in (_SET_ALT, _GET_ALT):
            self.send(_ALT, number, bytes([0, payload[0], 0]))
        elif kind in (_START_INTERRUPTS, _STOP_INTERRUPTS):
            self._interrupts = 0 if kind == _START_INTERRUPTS else None
            self.send(_INTERRUPTS, number, bytes([0, payload[0]]))
            self._notify()
        elif kind == _CANCEL:
            self._cancel(number)
        elif kind == _RESET:
            self._wanted, self._outgoing = [], []
            self.reader.reset()

    def _introduce(self):
        self.send(_INTERFACES, 0, struct.pack("<I", 1) + _table({}) + _table({0: _CCID_CLASS}) + _table({}) + _table({}))
        packets = b"".join(struct.pack("<H", octets) for octets in _table(_PACKET_BYTES))
        self.send(_ENDPOINTS, 0, _table(_KINDS, _NO_ENDPOINT) + _table({_INTERRUPT_IN: 255}) + _table({}) + packets)
        self.send(_CONNECT, 0, struct.pack("<BBBBHHH", _FULL_SPEED, 0, 0, 0, self._device.vendor, self._device.product, 0x0100))

    def _control(self, number, payload):
        endpoint, request, kind, _, value, index, length = struct.unpack_from("<BBBBHHH", payload)
        answer = self._device.control(request, kind, value)
        status = _STALL if answer is None else 0
        sent = (answer or b"")[:length] if kind & 0x80 else b""
        octets = len(sent) if kind & 0x80 or status else length
        self.send(_CONTROL, number, struct.pack("<BBBBHHH", endpoint, request, kind, status, value, index, octets) + sent)

    def _bulk(self, number, payload):
        endpoint, _, length, stream, high = _BULK_HEADER.unpack_from(payload)
        length |= high << 16
        if endpoint == _BULK_IN:
            self._wanted.append((number, length, stream))
            self._flush()
        else:
            self.send(_BULK, number, _BULK_HEADER.pack(endpoint, 0, length & 0xFFFF, stream, high))
            self.reader.take(payload[_BULK_HEADER.size:])

    def _to_host(self, message):
        self._outgoing.append(message)
        self._flush()

    def _flush(self):
        while self._wanted and self._outgoing:
            number, length, stream = self._wanted.pop(0)
            message = self._outgoing.pop(0)
            if len(message) > length:
                self._outgoing.insert(0, message[length:])
            piece = message[:length]
            self.send(_BULK, number, _BULK_HEADER.pack(_BULK_IN, 0, len(piece), stream, 0) + piece)

    def _cancel(self, number):
        for each in [each for each in self._wanted if each[0] == number]:
            self._wanted.remove(each)
            self.send(_BULK, number, _BULK_HEADER.pack(_BULK_IN, _CANCELLED, 0, each[2], 0))

    def _notify(self):
        if self._interrupts is not None:
            change = self.reader.change()
            self.send(_INTERRUPT, self._interrupts, struct.pack("<BBH", _INTERRUPT_IN, 0, len(change)) + change)
            self._interrupts += 1


class UsbToken:
    """A token that is not plugged in yet. `card` is a support.card.Card, which this owns."""

    def __init__(self, usb_port, folder, card, vendor=0x20A0, product=0x4108):
        self.card = card
        self._usb_port = str(usb_port)
        self._card_socket = str(folder / f"card-{card.serial}.sock")
        self._device = _Device(vendor, product, f"VIRTUAL{card.serial}")
        self._thread = self._loop = self._plugged = self._running = None

    @property
    def plugged(self):
        return self._thread is not None

    def plug(self):
        assert not self.plugged
        told = threading.Event()
        self._thread = threading.Thread(target=self._run, args=[told], daemon=True)
        self._thread.start()
        self.card.plug(self._card_socket)
        assert told.wait(30), "QEMU does not take the token"

    def unplug(self):
        if self.plugged:
            asyncio.run_coroutine_threadsafe(self._plugged.say_goodbye(), self._loop).result(10)
            self.yank()

    def yank(self):
        if self.plugged:
            self.card.pull()
            self._loop.call_soon_threadsafe(self._running.cancel)
            self._thread.join(10)
            self._thread = None

    def close(self):
        self.yank()
        self.card.close()

    def _run(self, told):
        async def life():
            self._loop, self._plugged = asyncio.get_running_loop(), _Plugged(self._device)
            self._running = asyncio.ensure_future(self._plugged.run(self._usb_port, self._card_socket, told))
            with contextlib.suppress(asyncio.CancelledError):
                await self._running
        asyncio.run(life())
