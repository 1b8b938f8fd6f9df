#!/usr/bin/python3
"""A virtual OpenPGP 3.4 card as a process of its own, told what to do over a socket, a line at a time.

`main.py FD [SERIAL]`: FD is a connected stream socket. Every line that comes is answered by one line of JSON: null, a
value, or {"error": "..."}.

    plug PORT | plug PATH       the card is in the reader that listens there (TCP on loopback, or a UNIX socket)
    pull                        it is in none
    key SLOT FILE               SLOT (sign, decrypt, auth) holds the private key of this PEM file
    certificate SLOT FILE       and this certificate, in DER
    delay SECONDS               before every signature, from now on
    fail COUNT                  so many of the next signatures end with an error
    silence                     the next signature is never answered
    state                       {"plugged", "tries": {"user", "admin"}, "verified": [129, ...], "calls": {"sign", ...}, "busy"}

The process ends with its socket.
"""
import json
import pathlib
import socket
import sys

import keys
from applet import Applet
from objects import SLOTS
from reader import Slot


class Control:
    def __init__(self, applet):
        self._applet = applet
        self._slot = Slot(applet)

    def do_plug(self, address):
        self._slot.plug(("127.0.0.1", int(address)) if address.isdecimal() else address)

    def do_pull(self):
        self._slot.pull()

    def do_key(self, slot, file):
        self._applet.put_key(SLOTS[SLOTS.index(slot)], keys.from_pem(slot, pathlib.Path(file).read_bytes()))

    def do_certificate(self, slot, file):
        self._applet.objects.certificates[SLOTS[SLOTS.index(slot)]] = pathlib.Path(file).read_bytes()

    def do_delay(self, seconds):
        self._applet.interference.delay = float(seconds)

    def do_fail(self, count):
        self._applet.interference.failures = int(count)

    def do_silence(self):
        self._applet.interference.silent = True

    def do_state(self):
        pins = self._applet.pins
        return {"plugged": self._slot.plugged, "tries": {"user": pins.user.tries, "admin": pins.admin.tries},
                "verified": sorted(pins.verified), "calls": self._applet.calls, "busy": self._applet.interference.busy}

    def answer(self, line):
        command, *words = line.split()
        handler = getattr(self, "do_" + command, None)
        if handler is None:
            return {"error": f"no such command: {command}"}
        try:
            return handler(*words)
        except (ValueError, OSError, TypeError) as error:
            return {"error": str(error)}


def main(descriptor, serial=1):
    control = Control(Applet(serial))
    with socket.socket(fileno=descriptor) as connection, connection.makefile("rw") as lines:
        for line in lines:
            print(json.dumps(control.answer(line)), file=lines, flush=True)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
