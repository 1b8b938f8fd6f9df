"""A token that was in before: before the machine, before the person, before the person's services."""
import pytest


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
