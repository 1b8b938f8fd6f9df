#!/usr/bin/python3
"""A machine that can be sent to sleep: a system bus of the test's own, and on it a stand-in for systemd-logind.

    with Logind(home / "bus") as machine:
        start(..., environment=os.environ | machine.environment)
        machine.sleep()     # returns when everybody who delayed it has let go, or after logind's 5 s
        machine.wake()

logind itself needs systemd as the first process, which test machines do not have. This file, run by itself, is the
stand-in: PrepareForSleep and Inhibit, and nothing else.
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
        interface = Gio.DBusNodeInfo.new_for_xml(_INTERFACE).interfaces[0]
        self._bus.register_object("/org/freedesktop/login1", interface, self._on_call, None, None)
        Gio.bus_own_name_on_connection(self._bus, "org.freedesktop.login1", Gio.BusNameOwnerFlags.NONE,
                                       lambda *_: print("ready", flush=True), None)
        GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN, self._on_line)

    def run(self):
        self.glib.MainLoop().run()

    def _on_call(self, _bus, _sender, _path, _interface, _method, _arguments, invocation):
        ours, theirs = os.pipe()
        self._delays.append(ours)
        fds = self.gio.UnixFDList.new_from_array([theirs])
        invocation.return_value_with_unix_fd_list(self.glib.Variant("(h)", (0,)), fds)

    def _on_line(self, stream, _condition):
        answer = getattr(self, "do_" + stream.readline().strip())()
        print(answer, flush=True)
        return True

    def _signal(self, begins):
        self._bus.emit_signal(None, "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForSleep",
                              self.glib.Variant("(b)", (begins,)))
        self._bus.flush_sync()

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


if __name__ == "__main__":
    _Server().run()
