"""A token that was in before: before the machine, before the person, before the person's services."""
import pytest

SCREEN = ":7"
DESKTOP = """[Unit]
BindsTo=graphical-session.target
Before=graphical-session.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=systemctl --user set-environment DISPLAY=""" + SCREEN + "\n"


@pytest.mark.seconds(900)
def test_a_token_that_is_in_at_boot_is_armed_for_who_logs_in(guest, token):
    token.plug()
    guest.until_armed()
    guest.machine.reboot()
    guest.run("systemctl start party.service")
    guest.log_in("alice")
    guest.until_armed()
    assert guest.curl().status == 200
    token.yank()
    guest.until_disarmed()


def test_a_token_that_is_in_at_login_is_armed(guest, token):
    guest.log_out("alice")
    token.plug()
    guest.log_in("alice")
    guest.until_armed()
    assert guest.curl().status == 200


def test_logging_out_leaves_nothing_behind(guest, token):
    token.plug()
    guest.until_armed()
    guest.log_out("alice")
    guest.machine.until("! pgrep -u alice", "nothing of alice's runs", 60)
    guest.until_nothing_is_open()


@pytest.mark.parametrize("in_before", (True, False))
def test_the_user_manager_is_started_anew(guest, token, in_before):
    if in_before:
        token.plug()
        guest.until_armed()
    guest.run("systemctl restart user@1000.service", seconds=120)
    if not in_before:
        guest.until_disarmed()
        token.plug()
    guest.until_armed()
    assert guest.curl().status == 200
    token.yank()
    guest.until_disarmed()


def start_desktop(guest):
    """As a desktop does that systemd starts: its variables first, then the target."""
    guest.machine.write("/etc/systemd/user/desktop.service", DESKTOP)
    guest.run("systemctl --user daemon-reload && systemctl --user start desktop.service", user="alice")


def daemon(guest):
    return guest.run("systemctl --user show -P MainPID latchkey.service", user="alice").stdout.strip()


def test_a_daemon_that_began_before_the_desktop_gets_its_screen(guest):
    before = daemon(guest)
    assert SCREEN not in guest.run(f"cat /proc/{before}/environ").stdout
    start_desktop(guest)
    guest.machine.until("grep -qz ^DISPLAY=" + SCREEN + " /proc/$(systemctl --user --machine=alice@ show -P MainPID latchkey.service)/environ",
                        "the daemon knows the screen", 60)
    assert daemon(guest) != before


def test_a_desktop_that_begins_leaves_an_armed_token_alone(guest, token):
    token.plug()
    guest.until_armed()
    before = daemon(guest)
    start_desktop(guest)
    guest.machine.until("systemctl --user --machine=alice@ show -P Result latchkey-desktop.service | grep -q exec-condition",
                        "the unit has looked", 60)
    assert daemon(guest) == before and guest.status()["armed"]
