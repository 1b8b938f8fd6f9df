"""Tokens that nobody uses, and those of a user who is not there (the machine sleeps, his screen is locked, another has the seat), forget
their PIN; the next use asks for it again."""
import contextlib
import datetime
import os

import pytest

from support import clients, servers, streams, wait
from support import latchkey as product
from support.card import USER_PIN, USING
from support.logind import Logind

URL = "http://party.test/"


@pytest.fixture
def machine(home, monkeypatch):
    with Logind(home / "machine") as made:
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        yield made


@pytest.fixture
def pinentry(pinentry):
    pinentry.pin = USER_PIN
    return pinentry


class Asking:
    """The stack's token, whose PIN a person is asked for."""

    def __init__(self, stack):
        self.environment = stack.environment
        self.configuration = stack.configuration | {"pin": "ask"}


def is_forgotten(proxy, stack):
    proxy.until(lambda status: status["token"]["state"] == "waits-for-pin", "has locked the token")
    wait.until(lambda: USING not in stack.card.verified, "the card has forgotten the PIN", 5)
    assert proxy.status()["token"]["signer_pid"] == -1


def test_an_unused_token_is_locked_and_the_next_use_asks(latchkey, pki, stack, pinentry):
    token = Asking(stack)
    token.configuration["lock_after_idle"] = "1s"
    with servers.Nginx(pki.server()) as server, latchkey(server, token=token) as proxy:
        assert clients.curl(URL, port=proxy.port).status == 200
        is_forgotten(proxy, stack)
        assert "lock_after_idle" in proxy.log
        assert pinentry.times_asked() == 1, "nobody was asked again by itself"
        assert clients.curl(URL, port=proxy.port).status == 200
        assert pinentry.times_asked() == 2


def test_the_time_in_which_the_pin_is_asked_for_is_not_idle(latchkey, pki, stack, pinentry):
    token = Asking(stack)
    token.configuration["lock_after_idle"] = "1s"
    pinentry.hold()
    with servers.Nginx(pki.server()) as server, contextlib.ExitStack() as ends:
        proxy = latchkey(server, token=token).start(armed=False)
        ends.callback(proxy.stop)
        proxy.until(lambda status: status["token"]["pin_prompt"], "asks for the PIN")
        began = datetime.datetime.now(datetime.timezone.utc).isoformat()
        wait.until(lambda: is_old(began), "three limits have passed", 30)
        pinentry.release()
        assert clients.curl(URL, port=proxy.port).status == 200
        assert pinentry.times_asked() == 1


def test_a_token_in_use_is_not_idle(latchkey, pki, stack, pinentry):
    token = Asking(stack)
    token.configuration["lock_after_idle"] = "1s"
    with servers.ByteServer(pki.server()) as server, latchkey(server, token=token) as proxy:
        with streams.connect(proxy.port, "party.test", server.port) as stream:
            stream.sendall(b"echo\n" + b"a")
            assert stream.recv(1) == b"a"
            began = proxy.status()["connections"][0]["since"]
            wait.until(lambda: proxy.status()["armed"] is False or is_old(began), "two limits have passed", 30)
            stream.sendall(b"b")
            assert stream.recv(1) == b"b", "an open connection is use"
        is_forgotten(proxy, stack)


def is_old(began):
    """Has three times the limit passed since then?"""
    age = datetime.datetime.now(datetime.timezone.utc) - datetime.datetime.fromisoformat(began.replace("Z", "+00:00"))
    return age.total_seconds() >= 3


def test_sleep_takes_the_pin_from_the_card_before_the_machine_sleeps(latchkey, pki, stack, pinentry, machine):
    with servers.ByteServer(pki.server()) as server, latchkey(server, token=Asking(stack)) as proxy:
        wait.until(lambda: machine.delayers() == 1, "Latchkey wants to be waited for", 20)
        stream = streams.connect(proxy.port, "party.test", server.port)
        stream.sendall(b"echo\n" + b"a")
        assert stream.recv(1) == b"a"
        assert USING in stack.card.verified
        delayed = machine.sleep()
        assert USING not in stack.card.verified, "the machine sleeps, and the card is open"
        assert delayed < 1 * product.SLOWNESS
        stream.settimeout(20)
        assert streams.ended(stream)
        is_forgotten(proxy, stack)
        machine.wake()
        wait.until(lambda: machine.delayers() == 1, "Latchkey wants to be waited for again", 20)
        assert pinentry.times_asked() == 1
        with streams.connect(proxy.port, "party.test", server.port) as stream:
            stream.sendall(b"echo\n" + b"b")
            assert stream.recv(1) == b"b"
        assert pinentry.times_asked() == 2


def test_who_locked_it_himself_is_not_asked_after_a_sleep(latchkey, pki, stack, pinentry, machine):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=Asking(stack)) as proxy:
        assert proxy.run("lock").returncode == 0
        wait.until(lambda: machine.delayers() == 1, "Latchkey wants to be waited for", 20)
        machine.sleep()
        machine.wake()
        assert clients.curl(URL, port=proxy.port).status == 503
        assert proxy.status()["token"]["state"] == "locked"
        assert pinentry.times_asked() == 1


@pytest.mark.parametrize("hint", [False, True], ids=["session", "screen"])
def test_a_locked_screen_takes_the_pin_from_the_card(latchkey, pki, stack, pinentry, machine, hint):
    with servers.ByteServer(pki.server()) as server, latchkey(server, token=Asking(stack)) as proxy:
        wait.until(lambda: machine.delayers() == 1, "Latchkey listens", 20)
        stream = streams.connect(proxy.port, "party.test", server.port)
        stream.sendall(b"echo\n" + b"a")
        assert stream.recv(1) == b"a"
        another = os.getuid() + 1
        machine.lock_screen(hint, user=another)
        wait.until(lambda: machine.questions(another) == 1, "Latchkey asks whose screen that was", 20)
        stream.sendall(b"b")
        assert stream.recv(1) == b"b"
        machine.lock_screen(hint)
        stream.settimeout(20)
        assert streams.ended(stream)
        is_forgotten(proxy, stack)
        assert "disarmed: the token was locked because the screen was" in proxy.log
        assert pinentry.times_asked() == 1


def test_who_is_away_at_the_start_is_not_asked_for_the_pin(latchkey, pki, stack, pinentry, machine):
    machine.be("online")
    machine.dawdle(0.5)
    with servers.Nginx(pki.server()) as server, contextlib.ExitStack() as ends:
        proxy = latchkey(server, token=Asking(stack)).start(armed=False)
        ends.callback(proxy.stop)
        answer = clients.curl(URL, port=proxy.port)
        assert answer.status == 503 and "another user has the seat" in answer.body, answer
        assert pinentry.times_asked() == 0
        machine.be("active")
        proxy.until(lambda status: status["armed"], "is armed")
        assert pinentry.times_asked() == 1


@pytest.mark.parametrize("state", ["online", "gone"])
def test_a_user_who_is_away_has_no_token(latchkey, pki, stack, pinentry, machine, state):
    with servers.ByteServer(pki.server()) as server, latchkey(server, token=Asking(stack)) as proxy:
        wait.until(lambda: machine.delayers() == 1, "Latchkey listens", 20)
        machine.be("active")
        stream = streams.connect(proxy.port, "party.test", server.port)
        stream.sendall(b"echo\n" + b"a")
        assert stream.recv(1) == b"a"
        machine.be(state)
        stream.settimeout(20)
        assert streams.ended(stream)
        wait.until(lambda: USING not in stack.card.verified, "the card has forgotten the PIN", 5)
        answer = clients.curl(URL, port=proxy.port)
        assert answer.status == 503
        assert "another user has the seat" in answer.body
        stack.pull()
        stack.plug()
        assert clients.curl(URL, port=proxy.port).status == 503, "also one that is plugged in meanwhile is not his"
        assert pinentry.times_asked() == 1
        machine.be("active")
        proxy.until(lambda status: status["token"]["state"] == "armed", "is armed again")
        assert pinentry.times_asked() == 2


def test_who_starts_while_another_has_the_seat_has_no_token(latchkey, pki, stack, pinentry, machine):
    machine.be("online")
    with servers.Nginx(pki.server()) as server:
        proxy = latchkey(server, token=Asking(stack)).start(armed=False)
        try:
            wait.until(lambda: "another user has the seat" in clients.curl(URL, port=proxy.port).body, "Latchkey knows", 20)
            assert clients.curl(URL, port=proxy.port).status == 503
        finally:
            proxy.stop()


@pytest.mark.parametrize("signal", ["PrepareForSleep", "Lock"])
def test_only_logind_is_believed(latchkey, pki, stack, pinentry, machine, signal):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=Asking(stack)) as proxy:
        wait.until(lambda: machine.delayers() == 1, "Latchkey listens", 20)
        machine.forge(signal)
        assert clients.curl(URL, port=proxy.port).status == 200
        assert pinentry.times_asked() == 1
        assert proxy.status()["token"]["state"] == "armed"
