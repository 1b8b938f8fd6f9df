"""The smartcard stack with readers that are USB devices: they are plugged in and pulled out as well as the cards in them.

    with UsbCardStack(home / "stack", cards=2) as stack:
        stack.plug(0)            # the reader, and the card in it
        stack.pull(0)            # the card alone
        stack.pull_reader(0)     # the reader, with the card that is in it
        stack.plug_reader(0)     # and back

umockdev plays the USB for Debian's pcscd, which finds a driver for it (tests/modules/virtual_reader.cc, built by
`make modules`) as it finds libccid for a real one, and for Latchkey: both learn of plug and pull through libudev. A
reader's bus and device number are in SCARD_ATTR_CHANNEL_ID.
"""
import pathlib
import shutil

from support import wait
from support.card_stack import CardStack
from support.usb import UsbTestbed

_DRIVER = pathlib.Path(__file__).resolve().parents[3] / "build/modules/virtual_reader.so"
_VENDOR, _PRODUCT = "20a0", "4108"
_INFO = f"""<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0">
<dict>
  <key>CFBundleExecutable</key> <string>virtual_reader.so</string>
  <key>CFBundleName</key> <string>VIRTUAL</string>
  <key>ifdCapabilities</key> <string>0x00000000</string>
  <key>ifdVendorID</key> <array> <string>0x{_VENDOR}</string> </array>
  <key>ifdProductID</key> <array> <string>0x{_PRODUCT}</string> </array>
  <key>ifdFriendlyName</key> <array> <string>Virtual USB reader</string> </array>
</dict>
</plist>
"""


class UsbCardStack(CardStack):
    """As many cards, each for a reader of its own. At first no reader is plugged in."""

    def __init__(self, folder, cards=1):
        super().__init__(folder, cards)
        assert _DRIVER.exists(), f"{_DRIVER} is missing: `make modules` builds it"
        bundle = self.folder / "drivers/virtual.bundle/Contents"
        (bundle / "Linux").mkdir(parents=True)
        (bundle / "Info.plist").write_text(_INFO)
        shutil.copy(_DRIVER, bundle / "Linux/virtual_reader.so")
        (self.folder / "slots").mkdir()
        self.usb = UsbTestbed()
        self._device_numbers = {}  # of the readers that are in, by their number
        self._next_device_number = 2
        self._cards_in = set()  # cards that come and go with their readers

    @property
    def environment(self):
        return super().environment | self.usb.environment()

    @property
    def configuration(self):
        return {"module": "auto", "pin": "credential"}

    def _pcscd_command(self):
        variables = self.usb.environment() | {"LATCHKEY_TEST_READERS": str(self.folder / "slots")}
        return ["env", *(f"{name}={value}" for name, value in variables.items()),
                "/usr/sbin/pcscd", "--foreground", "--config", str(self.folder / "readers")]

    def _answers(self):
        return (self.folder / "pcscd/pcscd.comm").exists() and len(self.readers()) == len(self._device_numbers)

    def device_number(self, number=0):
        """Of a reader that is in: with bus 1 it is the place where the driver says that it is."""
        return self._device_numbers[number]

    def plug_reader(self, number=0):
        """Plugs a reader in, with the card that it was pulled out with, and returns when pcscd has both.

        Readers that were pulled before are gone by then: what comes of a plug that is faster than pcscd is another matter.
        """
        self._wait_for_removals()
        self._device_numbers[number] = self._next_device_number
        self._next_device_number += 1
        self.usb.plug_reader(f"1-{number + 1}", PRODUCT=f"{_VENDOR}/{_PRODUCT}/100", ID_VENDOR="Latchkey", ID_MODEL="Virtual_USB_reader",
                             DEVNUM=f"{self.device_number(number):03}", ID_SERIAL_SHORT=f"READER-{number}")
        if number in self._cards_in:
            self.cards[number].plug(self._slot(number))
        wait.until(self._answers, "pcscd has the reader", 20)
        self.wait_for_card()

    def _wait_for_removals(self):
        """Debian 12's pcscd can wait for itself for ever when a reader is pulled in the middle of a transaction whose client
        ends: it joins the reader's thread, which has missed the word to end. Whoever has that pcscd has to start it anew."""
        try:
            wait.until(self._answers, "pcscd has noticed what was pulled", 20)
        except AssertionError:
            self.kill_pcscd()
            self.start_pcscd()

    def pull_reader(self, number=0):
        """Pulls the reader out with its card, if it has one. Nobody is waited for."""
        self.usb.pull(f"1-{number + 1}")
        self.cards[number].pull()
        del self._device_numbers[number]

    def plug(self, number=0):
        """Puts the card into its reader, or plugs both in as one; returns when pcscd has the card."""
        self._cards_in.add(number)
        if number in self._device_numbers:
            super().plug(number)
        else:
            self.plug_reader(number)

    def pull(self, number=0):
        self._cards_in.discard(number)
        super().pull(number)

    def _slot(self, number):
        return self.folder / f"slots/001-{self.device_number(number):03}"

    def __exit__(self, *why):
        super().__exit__(*why)
        self.usb.__exit__(*why)
