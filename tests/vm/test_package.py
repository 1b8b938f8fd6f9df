"""The package itself: its own test, and a newer one that comes while people use it."""
from appliance import ROOT, package
from support.debian_package import newer


def test_its_own_test_passes(guest):
    guest.machine.write("/tmp/demo-party", (ROOT / "debian/tests/demo-party").read_bytes(), mode="755")
    assert "proved by" in guest.run("/tmp/demo-party", user="alice", seconds=120).stdout


def test_an_upgrade_leaves_connections_alone(guest, token, tmp_path):
    token.plug()
    guest.until_armed()
    before = guest.run("systemctl --user show -P MainPID latchkey.service", user="alice").stdout
    with guest.long_download() as goes_on:
        guest.install_package(newer(package(), tmp_path))
        assert guest.run("dpkg-query -W -f '${Version}' latchkey").stdout.endswith("+later")
        assert goes_on()
        assert guest.curl().status == 200, "the port was held meanwhile, and leads to her daemon"
        assert guest.run("systemctl --user show -P MainPID latchkey.service", user="alice").stdout == before
    guest.run("systemctl --user restart latchkey.service", user="alice")
    guest.until_armed()
    assert guest.curl().status == 200
    token.yank()
    guest.until_disarmed()
    assert guest.curl().status == 503
