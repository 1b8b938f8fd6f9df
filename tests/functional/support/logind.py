#!/usr/bin/python3
"""A machine that can be sent to sleep: a system bus of the test's own, and on it a stand-in for systemd-logind.

    with Logind(home / "bus") as machine:
        start(..., environment=os.environ | machine.environment)
        machine.sleep()     # returns when everybody who delayed it has let go, or after logind's 5 s
        machine.wake()

        machine.lock_screen()                   # also: machine.lock_screen(hint=True), machine.lock_screen(user=1)
        machine.be("online")                    # this user's state: "active", "online", "gone"
        machine.dawdle(0.5)                     # from now on it takes so many seconds to tell of that
        machine.forge("PrepareForSleep")        # a signal that does not come from logind

logind itself needs systemd as the first process, which test machines do not have. This file, run by itself, is the
stand-in: sleep, two sessions (one of another user's), and the state of this user, and nothing else.
"""
import os
import pathlib
import select
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.children import die_with_parent  # noqa: E402

_DELAY_MAX_SECONDS = 5
_INTERFACE = """<node><interface name="org.freedesktop.login1.Manager">
<method name="Inhibit"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="h" direction="out"/></method>
<signal name="PrepareForSleep"><arg type="b"/></signal>
</interface></node>"""
_SESSION_INTERFACE = """<node><interface name="org.freedesktop.login1.Session">
<property name="User" type="(uo)" access="read"/><signal name="Lock"/></interface></node>"""
_USER_INTERFACE = """<node><interface name="org.freedesktop.login1.User"><property name="State" type="s" access="read"/></interface></node>"""
_PATH = "/org/freedesktop/login1"


class Logind:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self._bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address=unix:path={self.folder}/bus"],
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        self.environment = {"DBUS_SYSTEM_BUS_ADDRESS": self._bus.stdout.readline().strip()}
        self._logind = subprocess.Popen(["/usr/bin/python3", os.path.abspath(__file__)], env=os.environ | self.environment,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        assert self._answer() == "ready"

    def sleep(self):
        """Announces that the machine goes to sleep; how many seconds it was delayed, by those who asked for that."""
        return float(self._do("sleep"))

    def wake(self):
        self._do("wake")

    def lock_screen(self, hint=False, user=None):
        """Locks a session of that user's, by logind's signal or by the property that a locked screen sets."""
        self._do(f"lock {int(hint)} {os.getuid() if user is None else user}")

    def questions(self, user):
        """How often it was asked whose session of that user's is."""
        return int(self._do(f"questions {user}"))

    def be(self, state):
        """What this user is from now on, to logind, and that a session of his has changed."""
        self._do(f"be {state}")

    def dawdle(self, seconds):
        """How long it takes from now on to tell of this user's state."""
        self._do(f"dawdle {seconds}")

    def forge(self, signal):
        """Has a stranger send that signal, to everybody and to each by itself."""
        subprocess.run(["/usr/bin/python3", os.path.abspath(__file__), signal], env=os.environ | self.environment, check=True)

    def delayers(self):
        """How many have asked to delay a suspend, and not let go."""
        return int(self._do("delayers"))

    def _do(self, word):
        print(word, file=self._logind.stdin, flush=True)
        return self._answer()

    def _answer(self):
        return self._logind.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in (self._logind, self._bus):
            process.kill()
            process.wait()
            process.stdout.close()
        self._logind.stdin.close()


class _Server:
    def __init__(self):
        from gi.repository import Gio, GLib
        self.gio, self.glib = Gio, GLib
        self._delays = []  # our ends: each is at its end when the other side has let go
        self._bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)
        self._state = "gone"
        self._slowness = 0.0
        self._user = f"{_PATH}/user/_{os.getuid()}"
        self._register(_PATH, _INTERFACE, self._on_call, None)
        self._register(self._user, _USER_INTERFACE, None, lambda *_: self._told_state())
        self._questions = {os.getuid(): 0, os.getuid() + 1: 0}
        for user in self._questions:
            self._register(f"{_PATH}/session/of_{user}", _SESSION_INTERFACE, None, lambda *_, user=user: self._told_user(user))
        Gio.bus_own_name_on_connection(self._bus, "org.freedesktop.login1", Gio.BusNameOwnerFlags.NONE,
                                       lambda *_: print("ready", flush=True), None)
        GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN, self._on_line)

    def _register(self, path, interface, on_call, on_get):
        described = self.gio.DBusNodeInfo.new_for_xml(interface).interfaces[0]
        self._bus.register_object(path, described, on_call, on_get, None)

    def _told_state(self):
        time.sleep(self._slowness)
        return None if self._state == "gone" else self.glib.Variant("s", self._state)

    def _told_user(self, user):
        self._questions[user] += 1
        return self.glib.Variant("(uo)", (user, self._user))

    def run(self):
        self.glib.MainLoop().run()

    def _on_call(self, _bus, _sender, _path, _interface, _method, _arguments, invocation):
        ours, theirs = os.pipe()
        self._delays.append(ours)
        fds = self.gio.UnixFDList.new_from_array([theirs])
        invocation.return_value_with_unix_fd_list(self.glib.Variant("(h)", (0,)), fds)

    def _on_line(self, stream, _condition):
        word, *arguments = stream.readline().split()
        print(getattr(self, "do_" + word)(*arguments), flush=True)
        return True

    def _emit(self, path, interface, signal, types, *values, to=None):
        self._bus.emit_signal(to, path, interface, signal, self.glib.Variant(types, values))
        self._bus.flush_sync()

    def _signal(self, begins):
        self._emit(_PATH, "org.freedesktop.login1.Manager", "PrepareForSleep", "(b)", begins)

    def _changed(self, user, **properties):
        values = {name: self.glib.Variant("b", value) for name, value in properties.items()}
        self._emit(f"{_PATH}/session/of_{user}", "org.freedesktop.DBus.Properties", "PropertiesChanged", "(sa{sv}as)",
                   "org.freedesktop.login1.Session", values, [])

    def _let_go(self, seconds):
        ended = select.select(self._delays, [], [], seconds)[0]
        for fd in ended:
            self._delays.remove(fd)
            os.close(fd)
        return bool(ended)

    def do_delayers(self):
        while self._delays and self._let_go(0):
            pass
        return len(self._delays)

    def do_sleep(self):
        begin = time.monotonic()
        self._signal(True)
        while self._delays and time.monotonic() < begin + _DELAY_MAX_SECONDS:
            self._let_go(0.1)
        return time.monotonic() - begin

    def do_wake(self):
        self._signal(False)
        return "awake"

    def do_lock(self, hint, user):
        if int(hint):
            self._changed(user, Active=True, LockedHint=True)
        else:
            self._emit(f"{_PATH}/session/of_{user}", "org.freedesktop.login1.Session", "Lock", "()")
        return "locked"

    def do_questions(self, user):
        return self._questions[int(user)]

    def do_dawdle(self, seconds):
        self._slowness = float(seconds)
        return "slow"

    def do_be(self, state):
        self._state = state
        if state == "gone":
            self._emit(_PATH, "org.freedesktop.login1.Manager", "SessionRemoved", "(so)", "1", f"{_PATH}/session/of_{os.getuid()}")
        else:
            self._changed(os.getuid(), Active=state == "active")
        return state


class _Stranger(_Server):
    """Who is not logind, and says what only logind may say."""

    def __init__(self):
        from gi.repository import Gio, GLib
        self.gio, self.glib = Gio, GLib
        self._bus = Gio.bus_get_sync(Gio.BusType.SYSTEM)

    def forge(self, signal):
        for to in [None, *(name for name in self._names() if name.startswith(":"))]:
            if signal == "PrepareForSleep":
                self._emit(_PATH, "org.freedesktop.login1.Manager", signal, "(b)", True, to=to)
            else:
                self._emit(f"{_PATH}/session/of_{os.getuid()}", "org.freedesktop.login1.Session", signal, "()", to=to)
        self._names()  # the bus answers when it has passed all of it on

    def _names(self):
        bus = "org.freedesktop.DBus"
        return self._bus.call_sync(bus, "/org/freedesktop/DBus", bus, "ListNames", None, None, 0, -1, None).unpack()[0]


if __name__ == "__main__":
    if sys.argv[1:]:
        _Stranger().forge(sys.argv[1])
    else:
        _Server().run()
