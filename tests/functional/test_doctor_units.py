"""`latchkey doctor` asks systemd for the units of the package, and says what to do about one that has failed."""
import json
import time

from support.unit_states import Units

INSTALLED = {"latchkey.service": "active running", "latchkey.socket": "active running", "latchkey-port.socket": "active running",
             "latchkey-dispatch.socket": "active running", "latchkey-dispatch.service": "inactive dead"}


def ask(proxy, home, states):
    with Units(home / "units" / str(time.monotonic_ns()), states) as machine:
        proxy.environment |= machine.environment
        report = json.loads(proxy.run("doctor", "--json", seconds=60).stdout)
    return next(check for check in report["checks"] if check["check"] == "units")


def test_the_state_of_units_is_told(latchkey, home):
    proxy = latchkey()
    found = ask(proxy, home, INSTALLED | {"latchkey.service": "failed failed"})
    assert found["verdict"] == "problem" and "journalctl --user -u latchkey.service" in found["to_do"], found
    found = ask(proxy, home, INSTALLED | {"latchkey-port.socket": "failed failed"})
    assert found["verdict"] == "problem" and "sudo systemctl restart latchkey-port.socket" in found["to_do"], found
    found = ask(proxy, home, INSTALLED | {"latchkey.service": "activating auto-restart"})
    assert found["verdict"] == "problem" and "again and again" in found["says"], found
    stopped = {"latchkey.service": "inactive dead", "latchkey.socket": "inactive dead"}
    found = ask(proxy, home, INSTALLED | stopped)
    assert found["verdict"] == "warning" and "systemctl --user enable --now" in found["to_do"], found


def test_without_the_units_nothing_is_wrong(latchkey, home):
    proxy = latchkey()
    found = ask(proxy, home, {})
    assert found["verdict"] == "skipped" and "not installed as a service" in found["says"], found


def test_a_systemd_that_hangs_is_waited_for_a_moment(latchkey, home):
    begin = time.monotonic()
    found = ask(latchkey(), home, "hang")
    assert found["verdict"] == "skipped" and time.monotonic() - begin < 8, found
