"""What `latchkey doctor` says of services that really run, and that do not."""
import json


def look(guest):
    told = json.loads(guest.run("latchkey doctor --json", user="alice", check=False).stdout)
    return {each["check"]: each for each in told["checks"]}


def test_it_finds_nothing_wrong_where_all_is_well(guest, token):
    token.plug()
    guest.until_armed()
    found = look(guest)
    assert {name: each["says"] for name, each in found.items() if each["verdict"] == "problem"} == {}
    for name in ("kernel", "udev", "pcscd", "readers", "token", "pac", "units"):
        assert found[name]["verdict"] == "ok", found[name]
    assert found["units"]["says"] == "latchkey.service runs"


def test_it_tells_what_is_not_started_and_how_to(guest):
    guest.run("systemctl --user stop latchkey.service latchkey.socket", user="alice")
    units = look(guest)["units"]
    assert units["verdict"] == "warning" and "systemctl --user enable --now latchkey.socket" in units["to_do"]
    guest.run("systemctl --user start latchkey.socket latchkey.service", user="alice")
    guest.run("systemctl stop latchkey-port.socket latchkey-dispatch.socket latchkey-dispatch.service")
    units = look(guest)["units"]
    assert units["verdict"] == "warning" and "another user may take it" in units["says"]
    guest.run("systemctl start latchkey-port.socket latchkey-dispatch.socket")
    assert look(guest)["units"]["verdict"] == "ok"


def test_it_finds_a_pcscd_that_hangs(guest, token):
    token.plug()
    guest.until_armed()
    guest.run("systemctl kill --signal=STOP pcscd.service")
    pcscd = look(guest)["pcscd"]
    guest.run("systemctl kill --signal=CONT pcscd.service")
    assert pcscd["verdict"] == "problem" and "systemctl restart pcscd" in pcscd["to_do"]
