"""The card's PINs: PW1 (the user's), PW3 (the administrator's) and the resetting code, with their counters, and who is verified.

PW1 is verified in two modes that know nothing of each other: 81 for signatures, 82 for everything else (OpenPGP card
3.4, section 4.3). They share one value and one counter.
"""
from apdu import BLOCKED, CONDITIONS, SECURITY_STATUS, WRONG_DATA, Refused, wrong_pin

TRIES = 3
LONGEST = 127


class Pin:
    """A value, and how many wrong ones it still forgives."""

    def __init__(self, value, shortest):
        self.value = value
        self.shortest = shortest
        self.tries = TRIES if value else 0

    def check(self, entered):
        if not self.tries:
            raise Refused(BLOCKED)
        if entered != self.value:
            self.tries -= 1
            raise wrong_pin(self.tries) if self.tries else Refused(BLOCKED)
        self.tries = TRIES

    def set(self, value):
        if not self.shortest <= len(value) <= LONGEST:
            raise Refused(WRONG_DATA)
        self.value = value
        self.tries = TRIES


class Pins:
    def __init__(self, user=b"123456", admin=b"12345678"):
        self.user = Pin(user, 6)
        self.admin = Pin(admin, 8)
        self.resetting_code = Pin(b"", 8)
        self.verified = set()  # of 0x81, 0x82, 0x83
        self.valid_for_several = False  # else one signature takes mode 81 away

    def _of(self, mode):
        return self.admin if mode == 0x83 else self.user

    def verify(self, mode, entered):
        self.verified.discard(mode)
        self._of(mode).check(entered)
        self.verified.add(mode)

    def tell(self, mode):
        """VERIFY without a PIN: success if it is verified, else how many tries are left."""
        if mode not in self.verified:
            pin = self._of(mode)
            raise wrong_pin(pin.tries) if pin.tries else Refused(BLOCKED)

    def forget(self, mode):
        self.verified.discard(mode)

    def forget_all(self):
        self.verified.clear()

    def require(self, mode):
        if mode not in self.verified:
            raise Refused(SECURITY_STATUS)

    def signed(self):
        if not self.valid_for_several:
            self.forget(0x81)

    def change(self, mode, old_and_new):
        pin = self._of(mode)
        length = len(pin.value)
        self._forget_those_of(pin)
        pin.check(old_and_new[:length])
        pin.set(old_and_new[length:])

    def reset_user(self, new):
        """RESET RETRY COUNTER by the administrator."""
        self.require(0x83)
        self._set_user(new)

    def reset_user_by_code(self, code_and_new):
        """RESET RETRY COUNTER by who knows the resetting code."""
        if not self.resetting_code.value:
            raise Refused(CONDITIONS)
        length = len(self.resetting_code.value)
        self.resetting_code.check(code_and_new[:length])
        self._set_user(code_and_new[length:])

    def _set_user(self, new):
        self.user.set(new)
        self._forget_those_of(self.user)

    def _forget_those_of(self, pin):
        self.verified -= {mode for mode in (0x81, 0x82, 0x83) if self._of(mode) is pin}

    @property
    def status_octets(self):
        """Data object C4: validity of mode 81, three longest lengths, three counters."""
        return bytes([self.valid_for_several, LONGEST, LONGEST, LONGEST,
                      self.user.tries, self.resetting_code.tries, self.admin.tries])
