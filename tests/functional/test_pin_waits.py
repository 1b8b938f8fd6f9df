"""Waiting for a person: one question for all who wait, seen in `status`, and ended by a limit with a clear answer."""
import dataclasses
import re

import pytest

from support import clients, people, servers, streams, wait
from support import latchkey as product
from support.card_stack import CardStack

REQUESTS = 100
HOST = "party.test"
URL = f"http://{HOST}/index.html"
waits_for_real_limits = pytest.mark.skipif(bool(product.VARIANT), reason="waits for limits that a sanitizer does not change")


@pytest.fixture
def pinentry(pinentry):
    """A person who does not answer yet."""
    pinentry.hold()
    return pinentry


@pytest.fixture
def asking(latchkey, token, pki, pinentry):
    """A proxy that is asking for the PIN."""
    made = dataclasses.replace(token(), pin_from="ask")
    with servers.Nginx(pki.server()) as server:
        proxy = latchkey(server, token=made).start(armed=False)
        proxy.party = server
        try:
            proxy.until(lambda status: status["token"]["pin_prompt"], "asks for the PIN")
            yield proxy
        finally:
            proxy.stop()


def begin(proxy):
    """A request that nobody has answered yet."""
    return streams.send(proxy.port, f"GET {URL} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n")


def phases(status):
    return [each["phase"] for each in status["connections"]]


def test_a_hundred_requests_wait_for_one_prompt_and_all_are_answered(asking, pinentry):
    waiting = [begin(asking) for _ in range(REQUESTS)]
    asking.until(lambda status: phases(status) == ["waiting for the token"] * REQUESTS, "shows that all of them wait for the token")
    seen = asking.status()
    assert seen["token"]["state"] == "waits-for-pin" and seen["token"]["pin_prompt"] and not seen["armed"]
    assert "the PIN is being asked for" in asking.run("status").stdout
    pinentry.release()
    for stream in waiting:
        stream.settimeout(60 * product.SLOWNESS)
        answer = streams.rest(stream)
        assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(servers.ANSWER), answer
        stream.close()
    assert pinentry.times_asked() == 1
    asking.until(lambda status: status["armed"] and not status["token"]["pin_prompt"], "is armed and asks nobody")


@pytest.mark.slow
@pytest.mark.seconds(240)
@waits_for_real_limits
def test_a_prompt_that_nobody_answers_ends_by_its_limit_and_is_not_asked_again(asking, pinentry):
    waiting = [begin(asking) for _ in range(3)]
    for stream in waiting:
        stream.settimeout(150)
        answer = streams.rest(stream)
        assert answer.startswith(b"HTTP/1.1 503 ") and b"nobody entered a PIN in time" in answer, answer
    seen = asking.until(lambda status: status["token"]["state"] == "locked" and status["token"], "is locked", 20)
    assert "nobody entered a PIN in time" in seen["reason"] and not seen["pin_prompt"]
    assert "nobody entered a PIN in time" in asking.log
    for _ in range(3):
        answer = clients.curl(URL, port=asking.port)
        assert answer.status == 503 and "nobody entered a PIN in time" in answer.body
    assert pinentry.times_asked() == 1
    assert not asking.status()["token"]["pin_prompt"]
    pinentry.release()
    assert asking.run("unlock").returncode == 0
    assert clients.curl(URL, port=asking.port).status == 200
    assert pinentry.times_asked() == 2


@pytest.mark.slow
@pytest.mark.seconds(200)
@waits_for_real_limits
def test_a_touch_that_never_comes_ends_by_its_limit_and_is_not_asked_again(latchkey, pki, home):
    """A card that waits for a touch does not answer: to everybody but its owner it is silent."""
    with CardStack(home / "stack") as stack, servers.Nginx(pki.server()) as server:
        stack.card.put("auth", pki.client("p256"), with_certificate=True)
        stack.plug()
        with latchkey(server, token=stack) as proxy:
            stack.card.fall_silent()
            waiting = [begin(proxy) for _ in range(3)]
            wait.until(lambda: stack.card.busy, "the card is asked to sign", 20)
            proxy.until(lambda status: phases(status) == ["signing"] * 3, "shows that they wait for a signature")
            answers = []
            for stream in waiting:
                stream.settimeout(90)
                answers.append(streams.rest(stream))
            clear = re.compile(rb"^HTTP/1\.1 503 .*did not answer within 60 s", re.DOTALL)
            assert all(clear.match(answer) for answer in answers), answers
            assert "did not answer within 60 s" in proxy.log
            assert "did not answer within 60 s" in proxy.status()["token"]["reason"]
            signatures = stack.card.calls["auth"]
            answer = clients.curl(URL, port=proxy.port)
            assert answer.status == 503 and "60 s" in answer.body
            assert stack.card.calls["auth"] == signatures, "it is asked again by a person only"
            stack.pull()
            proxy.until(lambda status: status["token"]["state"] == "absent", "has no token")
            stack.plug()
            proxy.until(lambda status: status["armed"], "is armed again")
            assert clients.curl(URL, port=proxy.port).status == 200
