#!/usr/bin/python3
"""A desktop that shows notifications: a session bus of the test's own, and stand-ins for the desktop's server on it.

    with Desktop(home / "desktop") as desktop:
        start(..., environment=os.environ | desktop.environment)
        with desktop.server() as server:
            number, shown = server.only()       # the one notification that is shown
            server.press(number, "answer-key")

This file, run by itself, is the stand-in: org.freedesktop.Notifications as its specification has it, and nothing shown.
"""
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import wait  # noqa: E402
from support.children import die_with_parent  # noqa: E402

ALL = ("actions", "body", "body-markup")
_NAME = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"
_INTERFACE = f"""<node><interface name="{_NAME}">
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
<arg type="a{{sv}}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
<method name="CloseNotification"><arg type="u" direction="in"/></method>
</interface></node>"""


class Desktop:
    """The session bus."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address=unix:path={self.folder}/bus"],
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        self.environment = {"DBUS_SESSION_BUS_ADDRESS": self.bus.stdout.readline().strip()}

    def server(self, capabilities=ALL, hangs=""):
        """The desktop's server; `hangs` is the name of a method that it does not answer until release()."""
        return Server(self.environment, capabilities, hangs)

    def end(self):
        self.bus.kill()
        self.bus.wait()
        self.bus.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self.bus.stdout.closed:
            self.end()


class Server:
    def __init__(self, environment, capabilities, hangs):
        self._process = subprocess.Popen(["/usr/bin/python3", os.path.abspath(__file__), json.dumps(capabilities), hangs],
                                         env=os.environ | environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                         preexec_fn=die_with_parent)
        assert self._answer() == "ready"

    def shown(self):
        """What is shown now, by the server's number: summary, body, actions, from (the unique name of who asked for it)."""
        return {int(number): what for number, what in self._do("shown").items()}

    def only(self, summary=None):
        """The one that is shown, as soon as it is the only one and has that summary: number, and what shown() says."""
        def look():
            shown = list(self.shown().items())
            return shown[0] if len(shown) == 1 and summary in (None, shown[0][1]["summary"]) else None
        return wait.until(look, f"one notification is shown: {summary}")

    def calls(self):
        """The names of the methods that were called, in their order."""
        return self._do("calls")

    def press(self, number, action):
        self._do("press", number, action)

    def dismiss(self, number):
        """The user closes it."""
        self._do("dismiss", number)

    def forge(self, signal, number, what, receiver):
        """Somebody else on the bus sends the signal, to everybody and to `receiver` alone."""
        self._do("forge", signal, number, what, receiver)

    def release(self):
        """Goes on answering, what it had not answered first."""
        self._do("release")

    def end(self):
        """At once, with nothing said."""
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def _do(self, *words):
        print(json.dumps(words), file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self):
        return json.loads(self._process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self._process.stdin.closed:
            self.end()


class _StandIn:
    def __init__(self, capabilities, hangs):
        from gi.repository import Gio, GLib
        self.gio, self.glib = Gio, GLib
        self._capabilities = capabilities
        self._hangs = hangs
        self._held = []
        self._calls = []
        self._shown = {}
        self._last = 0
        self._bus = self._connect()
        interface = Gio.DBusNodeInfo.new_for_xml(_INTERFACE).interfaces[0]
        self._bus.register_object(_PATH, interface, self._on_call, None, None)
        Gio.bus_own_name_on_connection(self._bus, _NAME, Gio.BusNameOwnerFlags.NONE, lambda *_: self._say("ready"), None)
        GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN, self._on_line)

    def run(self):
        self.glib.MainLoop().run()

    def _connect(self):
        flags = self.gio.DBusConnectionFlags
        return self.gio.DBusConnection.new_for_address_sync(os.environ["DBUS_SESSION_BUS_ADDRESS"],
                                                            flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)

    def _say(self, what):
        print(json.dumps(what), flush=True)

    def _on_call(self, _bus, sender, _path, _interface, method, arguments, invocation):
        self._calls.append(method)
        if method == self._hangs:
            self._held.append((method, arguments, invocation, sender))
        else:
            self._serve(method, arguments, invocation, sender)

    def _serve(self, method, arguments, invocation, sender):
        if method == "GetCapabilities":
            invocation.return_value(self.glib.Variant("(as)", (self._capabilities,)))
        elif method == "Notify":
            _name, replaces, _icon, summary, body, actions, hints, expires = arguments.unpack()
            self._last += 0 if replaces in self._shown else 1
            number = replaces if replaces in self._shown else self._last
            self._shown[number] = {"summary": summary, "body": body, "actions": actions, "from": sender, "hints": hints, "expires": expires}
            invocation.return_value(self.glib.Variant("(u)", (number,)))
        else:
            self._close(arguments.unpack()[0], 3)
            invocation.return_value(None)

    def _close(self, number, reason):
        if self._shown.pop(number, None):
            self._signal(self._bus, "NotificationClosed", number, reason)

    def _signal(self, bus, name, number, what, receiver=None):
        kinds = "(us)" if name == "ActionInvoked" else "(uu)"
        bus.emit_signal(receiver, _PATH, _NAME, name, self.glib.Variant(kinds, (number, what)))

    def _on_line(self, stream, _condition):
        word, *arguments = json.loads(stream.readline())
        self._say(getattr(self, "do_" + word)(*arguments))
        return True

    def do_shown(self):
        return self._shown

    def do_calls(self):
        return self._calls

    def do_press(self, number, action):
        self._signal(self._bus, "ActionInvoked", number, action)

    def do_dismiss(self, number):
        self._close(number, 2)

    def do_forge(self, signal, number, what, receiver):
        other = self._connect()
        for to in (None, receiver):
            self._signal(other, signal, number, what, to)
        # The bus has passed them on when it answers this.
        other.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetId", None, None,
                        self.gio.DBusCallFlags.NONE, -1, None)

    def do_release(self):
        self._hangs = ""
        for held in self._held:
            self._serve(*held)
        self._held = []


if __name__ == "__main__":
    _StandIn(json.loads(sys.argv[1]), sys.argv[2]).run()
