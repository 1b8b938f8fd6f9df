"""A token comes and goes, and so does what it opens: from the installed package, as an ordinary user."""

from support import wait

ARMED_WITHIN_SECONDS = 15


def test_a_token_arms_and_its_removal_closes_everything(guest, token, measured):
    assert guest.curl().status == 503
    took = []
    for _ in range(2):
        token.plug()
        took.append(guest.until_armed())
        assert guest.curl().status == 200
        with guest.long_download() as goes_on:
            assert goes_on()
            token.unplug()
            guest.until_nothing_is_open()
            measured("token out to disarmed", f"{guest.until_disarmed():.1f} s")
            assert not goes_on()
        assert guest.curl().status == 503
    measured("token in to armed", f"{min(took):.1f} s")
    assert min(took) < ARMED_WITHIN_SECONDS
    # Of a page and a download, twice; the party notes a download when it has noticed its end.
    wait.until(lambda: len(guest.shown_certificates()) >= 4, "the party has noted all of them", 30)
    assert len(guest.shown_certificates()) == 4
