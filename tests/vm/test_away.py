"""Whoever is not there has no token: asleep, behind a locked screen, or while somebody else has the seat."""
import pytest

from support.card import USING

SLEEP_FOR_SHOW = "[Service]\nExecStart=\nExecStart=/bin/sleep 5\n"


def test_a_locked_screen_takes_the_pin(guest, token):
    token.plug()
    guest.until_armed()
    with guest.long_download() as goes_on:
        guest.run("loginctl lock-sessions")
        guest.until_disarmed()
        guest.until_nothing_is_open()
        assert not goes_on()
    assert USING not in token.card.verified
    assert "disarmed: the token was locked because the screen was" in guest.journal()
    assert guest.curl().status == 200, "the next use enters the PIN"


def test_a_machine_that_sleeps_has_no_token(guest, token):
    """logind does all that it does, but what it starts to sleep only passes the time."""
    guest.machine.write("/etc/systemd/system/systemd-suspend.service.d/show.conf", SLEEP_FOR_SHOW)
    guest.run("systemctl daemon-reload")
    token.plug()
    guest.until_armed()
    with guest.long_download() as goes_on:
        guest.run("systemctl suspend")
        guest.machine.until("systemctl is-active systemd-suspend.service | grep activating", "it sleeps")
        assert USING not in token.card.verified
        assert guest.status()["armed"] is False
        guest.until_nothing_is_open()
        assert not goes_on()
    guest.machine.until("! systemctl is-active systemd-suspend.service | grep activating", "it is awake again")
    assert "disarmed: the token was locked because the machine went to sleep" in guest.journal()
    assert guest.curl().status == 200, "the next use enters the PIN"


@pytest.mark.seconds(600)
def test_two_users_take_turns_at_the_seat(guest, token):
    guest.configure("bob")
    token.plug()
    guest.until_armed("alice")
    with guest.long_download("alice") as goes_on:
        guest.log_in("bob")
        guest.until_disarmed("alice")
        guest.until_nothing_is_open()
        assert not goes_on()
    assert "disarmed: you have logged out, or another user has the seat" in guest.journal("alice")
    guest.until_armed("bob")
    assert guest.curl(user="bob").status == 200
    assert guest.curl(user="alice").status == 503
    guest.show("alice")
    guest.until_disarmed("bob")
    assert guest.curl(user="bob").status == 503
    token.yank()
    for user in ("alice", "bob"):
        guest.until_disarmed(user)


def test_somebody_without_a_configuration_gets_no_page_of_another(guest, token):
    token.plug()
    guest.until_armed("alice")
    guest.log_in("bob")
    assert guest.curl(user="bob").status in (0, 403, 503)
    assert guest.shown_certificates() == []
