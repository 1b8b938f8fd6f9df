"""The OpenPGP application: which command does what, under which PIN, and what it answers (OpenPGP card 3.4, section 7).

Command and answer are octets; whoever carries them is reader.py's business. State is in memory and ends with the process.
"""
import os
import time

import apdu
import keys
import tlv
from apdu import Refused
from objects import CERTIFICATE, LISTED, LONGEST_CERTIFICATE, LONGEST_SPECIAL, SIMPLE, SLOTS, Objects
from pins import Pins

ATR = bytes.fromhex("3bda18ff81b1fe751f030031f573c001600090001c")
HISTORICAL = bytes.fromhex("0031f573c00160009000")
LONGEST_APDU = 2048
_AID = bytes.fromhex("D27600012401")
_TEST_CARD = 0xFFFF  # as manufacturer
# Challenges, key import, changeable PW status, private objects, changeable algorithms.
_CAPABILITIES = (bytes([0x7C, 0]) + LONGEST_SPECIAL.to_bytes(2) + LONGEST_CERTIFICATE.to_bytes(2)
                 + LONGEST_SPECIAL.to_bytes(2) + bytes(2))
_CRT = {0xB6: "sign", 0xB8: "decrypt", 0xA4: "auth"}
_RESETTING_CODE = 0xD3


class NeverAnswers(Exception):
    """The command is not answered at all: the test has asked for that, or the card was pulled out in the middle of it."""


class Interference:
    """What a test does to the signatures: kept apart from the card, whose commands run in another thread."""

    def __init__(self):
        self.delay = 0.0
        self.failures = 0  # how many of the next signatures end with an error
        self.silent = False  # the next one is never answered
        self.busy = False  # one was asked for, and is not made yet
        self.power_fails_within = lambda seconds: time.sleep(seconds)  # does the card lose its reader while it works?

    def before_signature(self):
        self.busy = True
        if self.power_fails_within(self.delay):
            raise NeverAnswers
        if self.silent:
            self.silent = False
            raise NeverAnswers
        if self.failures:
            self.failures -= 1
            self.busy = False
            raise Refused(apdu.MEMORY_FAILURE)
        self.busy = False


class Applet:
    def __init__(self, serial=1):
        self.serial = serial
        self.interference = Interference()
        self.calls = dict.fromkeys(SLOTS, 0)  # how often each key was used
        self._make_new()

    def _make_new(self):
        self.pins = Pins()
        self.objects = Objects()
        self.keys = dict.fromkeys(SLOTS)
        self.attributes = dict.fromkeys(SLOTS, keys.RSA_2048)
        self.signature_counter = 0
        self.terminated = False
        self._chain = b""
        self._rest = b""

    # --- what a test and the reader do ---

    def reset(self):
        """Power or reset: who was verified is forgotten, and so is what was being done."""
        self.pins.forget_all()
        self.interference.busy = False
        self._chain = self._rest = b""

    def put_key(self, slot, key):
        """As if it had been imported now."""
        created = int(time.time())
        self.keys[slot] = key
        self.attributes[slot] = key.attributes
        self.objects.lists[0xC5][SLOTS.index(slot)] = key.fingerprint(created)
        self.objects.lists[0xCD][SLOTS.index(slot)] = created.to_bytes(4)

    @property
    def aid(self):
        return _AID + bytes([3, 4]) + _TEST_CARD.to_bytes(2) + self.serial.to_bytes(4) + bytes(2)

    def execute(self, octets):
        """Answers one command. May raise NeverAnswers."""
        try:
            command = apdu.parse(octets)
            if command.ins == 0xC0:
                return self._get_response(command)
            command = self._unchained(command)
            answer = b"" if command is None else self._dispatch(command)
        except Refused as refusal:
            self._chain = self._rest = b""
            return refusal.status.to_bytes(2)
        return self._send(answer, (command.le if command else 0) or 256)

    # --- transport matters: chains in, and answers in pieces ---

    def _unchained(self, command):
        if command.cla & ~0x10:
            raise Refused(apdu.UNKNOWN_CLASS)
        whole = self._chain + command.data
        if len(whole) > 2 * LONGEST_CERTIFICATE:
            raise Refused(apdu.WRONG_LENGTH)
        self._chain = whole if command.chained else b""
        if command.chained:
            return None
        return apdu.Command(command.cla, command.ins, command.p1, command.p2, whole, command.le)

    def _send(self, answer, le):
        now, self._rest = answer[:le], answer[le:]
        status = apdu.MORE | min(len(self._rest), 256) & 0xFF if self._rest else apdu.OK
        return now + status.to_bytes(2)

    def _get_response(self, command):
        if not self._rest:
            return apdu.CONDITIONS.to_bytes(2)
        return self._send(self._rest, command.le or 256)

    def _dispatch(self, command):
        handler = self._HANDLERS.get(command.ins)
        if handler is None:
            raise Refused(apdu.UNKNOWN_INSTRUCTION)
        if self.terminated and command.ins not in (0xA4, 0x44):
            raise Refused(apdu.CONDITIONS)
        return handler(self, command) or b""

    # --- selecting and reading ---

    def _select(self, command):
        if command.p1 != 0x04 or not command.data or not self.aid.startswith(command.data):
            raise Refused(apdu.FILE_NOT_FOUND)
        if self.terminated:
            raise Refused(apdu.TERMINATED)
        self.reset()

    def _select_data(self, command):
        if command.data != bytes.fromhex("60045C027F21") or command.p2 != 4:
            raise Refused(apdu.WRONG_DATA)
        self.objects.select_certificate(command.p1)

    def _get_data(self, command):
        tag = command.p
        if tag in SIMPLE:
            if SIMPLE[tag].read:
                self.pins.require(SIMPLE[tag].read)
            return self.objects.read(tag)
        readers = {0x4F: lambda: self.aid, 0x5F52: lambda: HISTORICAL, 0xC0: lambda: _CAPABILITIES,
                   0xC4: lambda: self.pins.status_octets, CERTIFICATE: lambda: self.objects.certificate,
                   0x93: lambda: self.signature_counter.to_bytes(3), 0x65: self._cardholder, 0x6E: self._application,
                   0x7A: lambda: tlv.encode(0x7A, tlv.encode(0x93, self.signature_counter.to_bytes(3))),
                   0xFA: self._algorithms, 0x7F66: self._longest_apdus}
        if tag in self.objects.lists:
            return self.objects.read_list(tag)
        if 0xC1 <= tag <= 0xC3:
            return self.attributes[SLOTS[tag - 0xC1]]
        if tag not in readers:
            raise Refused(apdu.NOT_FOUND)
        return readers[tag]()

    def _cardholder(self):
        return tlv.encode(0x65, b"".join(tlv.encode(tag, self.objects.read(tag)) for tag in (0x5B, 0x5F2D, 0x5F35)))

    def _longest_apdus(self):
        return tlv.encode(0x7F66, 2 * tlv.encode(0x02, LONGEST_APDU.to_bytes(2)))

    def _application(self):
        discretionary = [(0xC0, _CAPABILITIES), *((0xC1 + n, self.attributes[slot]) for n, slot in enumerate(SLOTS)),
                         (0xC4, self.pins.status_octets), *((tag, self.objects.read_list(tag)) for tag in (0xC5, 0xC6, 0xCD))]
        inside = b"".join(tlv.encode(*each) for each in discretionary)
        return tlv.encode(0x6E, tlv.encode(0x4F, self.aid) + tlv.encode(0x5F52, HISTORICAL) + self._longest_apdus()
                          + tlv.encode(0x73, inside))

    def _algorithms(self):
        return tlv.encode(0xFA, b"".join(tlv.encode(0xC1 + n, choice) for n, slot in enumerate(SLOTS)
                                         for choice in keys.choices(slot)))

    # --- writing ---

    def _put_data(self, command):
        tag = command.p
        if tag not in SIMPLE:
            self.pins.require(0x83)
        if tag in SIMPLE:
            self.pins.require(SIMPLE[tag].write)
            self.objects.write(tag, command.data)
        elif tag in LISTED:
            self.objects.write_listed(tag, command.data)
        elif tag == CERTIFICATE:
            self.objects.certificate = command.data
        elif 0xC1 <= tag <= 0xC3:
            self._set_attributes(SLOTS[tag - 0xC1], command.data)
        elif tag == 0xC4 and command.data[:1] in (b"\x00", b"\x01"):
            self.pins.valid_for_several = command.data[0] == 1
        elif tag == _RESETTING_CODE:
            self.pins.resetting_code.set(command.data)
        else:
            raise Refused(apdu.NOT_FOUND)

    def _set_attributes(self, slot, written):
        if not written:
            raise Refused(apdu.WRONG_DATA)
        attributes = keys.normal_attributes(slot, written)
        if attributes != self.attributes[slot]:
            self.attributes[slot] = attributes
            self.keys[slot] = None

    def _import_key(self, command):
        """An extended header list: 4D { which slot; 7F48 { lengths of the parts }; 5F48 parts } (section 4.4.3.12)."""
        self.pins.require(0x83)
        if command.p != 0x3FFF:
            raise Refused(apdu.WRONG_PARAMETERS)
        try:
            inside = tlv.decode(dict(tlv.decode(command.data))[0x4D])
            slot = _CRT[inside[0][0]]
            values, parts = dict(inside)[0x5F48], {}
            for tag, length in tlv.headers(dict(inside)[0x7F48]):
                parts[tag], values = tlv.split_value(values, length)
        except (tlv.Malformed, KeyError, IndexError):
            raise Refused(apdu.WRONG_DATA) from None
        self._replace(slot, keys.from_parts(self.attributes[slot], parts))

    def _replace(self, slot, key):
        self.keys[slot] = key
        if slot == "sign":
            self.signature_counter = 0

    def _generate(self, command):
        slot = _CRT.get(command.data[0] if command.data else 0)
        if slot is None:
            raise Refused(apdu.WRONG_DATA)
        if command.p1 == 0x80:
            self.pins.require(0x83)
            self._replace(slot, keys.generate(self.attributes[slot]))
        elif command.p1 != 0x81:
            raise Refused(apdu.WRONG_PARAMETERS)
        return tlv.encode(0x7F49, keys.require(self.keys[slot]).public_objects)

    # --- PINs ---

    def _verify(self, command):
        mode = command.p2
        if command.p1 not in (0, 0xFF) or mode not in (0x81, 0x82, 0x83):
            raise Refused(apdu.WRONG_PARAMETERS)
        if command.p1 == 0xFF:
            self.pins.forget(mode)
        elif command.data:
            self.pins.verify(mode, command.data)
        else:
            self.pins.tell(mode)

    def _change_reference_data(self, command):
        if command.p not in (0x81, 0x83):
            raise Refused(apdu.WRONG_PARAMETERS)
        self.pins.change(command.p2, command.data)

    def _reset_retry_counter(self, command):
        if command.p == 0x0281:
            self.pins.reset_user(command.data)
        elif command.p == 0x0081:
            self.pins.reset_user_by_code(command.data)
        else:
            raise Refused(apdu.WRONG_PARAMETERS)

    # --- using the keys ---

    def _operate(self, command):
        if command.p == 0x9E9A:
            self.pins.require(0x81)
            signature = self._use("sign", lambda key: key.sign(command.data))
            self.signature_counter += 1
            self.pins.signed()
            return signature
        if command.p == 0x8086:
            self.pins.require(0x82)
            return self._use("decrypt", lambda key: key.decrypt(command.data), is_signature=False)
        raise Refused(apdu.WRONG_PARAMETERS)

    def _authenticate(self, command):
        if command.p:
            raise Refused(apdu.WRONG_PARAMETERS)
        self.pins.require(0x82)
        return self._use("auth", lambda key: key.sign(command.data))

    def _use(self, slot, what, is_signature=True):
        key = keys.require(self.keys[slot])
        if is_signature:
            self.interference.before_signature()
        answer = what(key)
        self.calls[slot] += 1
        return answer

    # --- the rest ---

    def _challenge(self, command):
        if command.p:
            raise Refused(apdu.WRONG_PARAMETERS)
        if command.le > LONGEST_SPECIAL + 1:
            raise Refused(apdu.WRONG_LENGTH)
        return os.urandom(command.le)

    def _terminate(self, command):
        if self.pins.admin.tries:
            self.pins.require(0x83)
        self.terminated = True

    def _activate(self, command):
        if self.terminated:
            self._make_new()

    _HANDLERS = {0xA4: _select, 0xA5: _select_data, 0xCA: _get_data, 0xDA: _put_data, 0xDB: _import_key, 0x47: _generate,
                 0x20: _verify, 0x24: _change_reference_data, 0x2C: _reset_retry_counter, 0x2A: _operate,
                 0x88: _authenticate, 0x84: _challenge, 0xE6: _terminate, 0x44: _activate}
