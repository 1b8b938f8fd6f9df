"""Two tokens come and go in every order: as long as one is in, it serves."""
import itertools

import pytest


@pytest.mark.parametrize("first_in, first_out", itertools.product((0, 1), (0, 1)))
def test_one_is_enough(guest, tokens, first_in, first_out):
    tokens[first_in].plug()
    guest.until_armed()
    tokens[1 - first_in].plug()
    guest.until(lambda status: len(status.get("tokens", [])) == 2, "both are there")
    tokens[first_out].yank()
    guest.until(lambda status: len(status.get("tokens", [])) == 1 and status["armed"], "the other one is there")
    assert guest.curl().status == 200
    tokens[1 - first_out].unplug()
    guest.until_disarmed()
    assert guest.curl().status == 503
