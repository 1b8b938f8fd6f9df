"""Fifty times in and out, at random moments: nothing hangs, nothing stays open, nothing is left armed."""
import collections
import random
import re
import time

import pytest

from support import wait

CYCLES = 50
# Whoever was being answered when the token left, and whoever was not yet.
NOT_ANSWERED = (0, 503)


def until_armed(guest):
    """Debian 12's pcscd can wait for itself for ever after a pull, and see no reader again. Who follows what Latchkey says then
    has his token back."""
    try:
        guest.until_armed(seconds=60)
    except AssertionError:
        if "run `sudo systemctl restart pcscd`" not in str((guest.status() or {}).get("token")):
            raise
        guest.run("systemctl restart pcscd.service")
        guest.until_armed()


def arms_and_answers(guest, token, out, chance):
    until_armed(guest)
    assert guest.curl().status == 200
    out()


def at_any_time(guest, token, out, chance):
    """While it is being armed, mostly."""
    time.sleep(chance.uniform(0, 4))
    out()


def in_mid_handshake(guest, token, out, chance):
    until_armed(guest)
    with guest.asking() as answers:
        time.sleep(chance.uniform(0, 1.5))
        out()
    assert answers[0] in (200, *NOT_ANSWERED), answers


def in_mid_signature(guest, token, out, chance):
    until_armed(guest)
    token.card.delay(20)
    with guest.asking() as answers:
        wait.until(lambda: token.card.busy, "somebody asks for a signature", 30)
        time.sleep(chance.uniform(0, 0.5))
        out()
    token.card.delay(0)
    assert answers[0] == 503, answers


def in_mid_download(guest, token, out, chance):
    until_armed(guest)
    with guest.long_download():
        time.sleep(chance.uniform(0, 0.5))
        out()
        guest.until_nothing_is_open()


STORIES = (arms_and_answers, at_any_time, in_mid_handshake, in_mid_signature, in_mid_download)


@pytest.mark.seconds(2400)
def test_cycles_with_random_timing(guest, token, measured):
    seed = random.SystemRandom().randrange(1 << 32)
    chance = random.Random(seed)
    measured("seed of the cycles", seed)
    stories = [STORIES[number % len(STORIES)] for number in range(CYCLES)]
    chance.shuffle(stories)
    done = collections.Counter()
    for number, story in enumerate(stories):
        token.plug()
        story(guest, token, chance.choice([token.unplug, token.yank]), chance)
        guest.until_disarmed()
        guest.until_nothing_is_open()
        assert guest.curl().status == 503, f"cycle {number}, {story.__name__}, seed {seed}"
        done[story.__name__] += 1
    measured("cycles", ", ".join(f"{count} {name}" for name, count in sorted(done.items())))
    said = re.findall(r"latchkey\[\d+\]: (armed|disarmed): ", guest.journal())
    assert said.count("armed") >= CYCLES - done["at_any_time"]
    assert said == ["armed", "disarmed"] * (len(said) // 2), "the log tells of each coming and going"
