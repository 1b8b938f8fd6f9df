#!/usr/bin/python3
"""A machine with systemd, as far as its units can be asked about: a bus of the test's own, for the user and for the system,
and on it a stand-in for both managers.

    with Units(home / "units", {"latchkey.service": "active running"}) as machine:
        start(..., environment=os.environ | machine.environment)

A unit's state is "ACTIVE SUB", or "ACTIVE SUB LOAD"; one that is not named is not found. `states="hang"`: it never answers.
This file, run by itself, is the stand-in.
"""
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.children import die_with_parent  # noqa: E402

_INTERFACE = """<node><interface name="org.freedesktop.systemd1.Manager"><method name="ListUnitsByNames">
<arg type="as" direction="in"/><arg type="a(ssssssouso)" direction="out"/></method></interface></node>"""


class Units:
    def __init__(self, folder, states):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self._states = states

    def __enter__(self):
        self._bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address=unix:path={self.folder}/bus"],
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        address = self._bus.stdout.readline().strip()
        self.environment = {"DBUS_SESSION_BUS_ADDRESS": address, "DBUS_SYSTEM_BUS_ADDRESS": address}
        self._manager = subprocess.Popen(["/usr/bin/python3", os.path.abspath(__file__), json.dumps(self._states)],
                                         env=os.environ | self.environment, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        assert self._manager.stdout.readline().strip() == "ready"
        return self

    def __exit__(self, *_):
        for process in (self._manager, self._bus):
            process.kill()
            process.wait()
            process.stdout.close()


def _main(states):
    from gi.repository import Gio, GLib

    def state_of(name):
        active, sub, load = (states.get(name, "inactive dead not-found").split() + ["loaded"])[:3]
        return name, "", load, active, sub, "", "/unit", 0, "", "/"

    def on_call(_bus, _sender, _path, _interface, _method, arguments, invocation):
        if states != "hang":
            invocation.return_value(GLib.Variant("(a(ssssssouso))", ([state_of(name) for name in arguments.unpack()[0]],)))

    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    bus.register_object("/org/freedesktop/systemd1", Gio.DBusNodeInfo.new_for_xml(_INTERFACE).interfaces[0], on_call, None, None)
    Gio.bus_own_name_on_connection(bus, "org.freedesktop.systemd1", Gio.BusNameOwnerFlags.NONE, lambda *_: print("ready", flush=True), None)
    GLib.MainLoop().run()


if __name__ == "__main__":
    _main(json.loads(sys.argv[1]))
