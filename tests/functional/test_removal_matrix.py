"""Whatever a connection is doing, whatever becomes of the token: it ends, the token is disarmed and said why, and a plug mends it.

What the columns mean for a tunnel, which makes no handshake and no signature of Latchkey's own: "in handshake" it is being
dialled; "in signature" it relays while the token signs for somebody else; in a PIN prompt it waits, as all do.
"""
import dataclasses
import os
import re
import signal
import types

import pytest

from support import latchkey as product
from support import clients, people, servers, streams, wait
from support.card import USER_PIN
from support.card_usb import UsbCardStack
from support.silent_servers import FullServer, SilentServer

SIGNATURE_SECONDS = 10
# SIGN is the one that asks for a certificate.
WRAP, SIGN, STALL, TUNNEL, DIAL = (f"{name}.party.test" for name in ("wrap", "sign", "stall", "tunnel", "dial"))


@dataclasses.dataclass
class AskingStack:
    """The stack as Latchkey's token, with a person in place of the PIN's file."""

    stack: UsbCardStack
    pinentry: people.Pinentry

    @property
    def environment(self):
        return self.stack.environment | self.pinentry.environment

    @property
    def configuration(self):
        return self.stack.configuration | {"pin": "ask"}


@pytest.fixture
def place(home, pki, latchkey):
    """A running Latchkey with a party for each moment; no reader is plugged in yet."""
    pinentry = people.Pinentry(home / "person", USER_PIN)
    tls = pki.server(host="*.party.test")
    with (UsbCardStack(home / "stack") as stack, servers.Nginx(tls) as web, servers.ByteServer(tls) as secure,
          servers.ByteServer(None) as plain, SilentServer() as silent, FullServer() as full):
        stack.card.put("auth", pki.client("p256"), with_certificate=True)
        ports = {WRAP: secure.port, SIGN: web.port, STALL: silent.port, TUNNEL: plain.port, DIAL: full.port}
        parties = [{"hosts": [host], "ports": [port], "allow_private": True,
                    **({"local": "tunnel"} if host in (TUNNEL, DIAL) else {"local": "wrap", "roots": pki.root.certificate})}
                   for host, port in ports.items()]
        proxy = latchkey(parties=parties, token=AskingStack(stack, pinentry)).start(armed=False)
        try:
            yield types.SimpleNamespace(proxy=proxy, stack=stack, pinentry=pinentry, ports=ports)
        finally:
            proxy.stop()


def ask(place, host):
    """A request that is under way: nobody has answered it."""
    return streams.ask(place.proxy.port, host, place.ports[host])


def relay(place, host):
    """A connection that has carried an octet to and fro."""
    stream = streams.connect(place.proxy.port, host, place.ports[host])
    stream.settimeout(20 * product.SLOWNESS)
    stream.sendall(b"echo\n" + b"a")
    assert stream.recv(1) == b"a"
    return stream


def arm(place):
    place.stack.plug()
    place.proxy.until(lambda status: status["armed"], "is armed")


def in_phase(place, host, phase):
    """Asks, and waits until `status` says that the request has got there."""
    stream = ask(place, host)
    place.proxy.until(lambda status: any(each["party"].startswith(host) and each["phase"] == phase for each in status["connections"]),
                      f"shows {host} {phase}")
    return stream


# --- what a connection is doing: (those that carry data, those that nobody has answered yet) ---

def idle(place, mode):
    arm(place)
    return [], []


def in_handshake(place, mode):
    arm(place)
    return [], [in_phase(place, STALL, "handshake") if mode == "wrap" else in_phase(place, DIAL, "dialling")]


def in_signature(place, mode):
    arm(place)
    opened = [relay(place, TUNNEL)] if mode == "tunnel" else []
    place.stack.card.delay(SIGNATURE_SECONDS)
    asked = in_phase(place, SIGN, "signing")
    wait.until(lambda: place.stack.card.busy, "the card signs", 20 * product.SLOWNESS)
    return opened, [asked]


def in_pin_prompt(place, mode):
    place.pinentry.hold()
    place.stack.plug()
    place.proxy.until(lambda status: status["token"]["pin_prompt"], "asks for the PIN")
    return [], [in_phase(place, WRAP if mode == "wrap" else TUNNEL, "waiting for the token")]


def relaying(place, mode):
    arm(place)
    return [relay(place, WRAP if mode == "wrap" else TUNNEL)], []


# --- what becomes of the token ---

def signer(place):
    return place.proxy.status()["token"]["signer_pid"]


def pull_card(place):
    place.stack.pull()


def pull_reader(place):
    place.stack.pull_reader()


def kill_pcscd(place):
    place.stack.kill_pcscd()


def kill_signer(place):
    os.kill(signer(place), signal.SIGKILL)


def stop_signer(place):
    os.kill(signer(place), signal.SIGSTOP)


# --- and what mends it ---

def plug_card(place):
    place.stack.plug()


def plug_reader(place):
    place.stack.plug_reader()


def start_pcscd(place):
    place.stack.start_pcscd()


def unlock(place):
    done = place.proxy.run("unlock")
    assert done.returncode == 0, done.stderr


def plug_again(place):
    place.stack.pull_reader()
    place.proxy.until(lambda status: status["token"]["state"] == "absent", "has no token")
    place.stack.plug_reader()


@dataclasses.dataclass(frozen=True)
class Harm:
    do: object
    logged: str  # the log's reason
    state: str  # what `status` says then
    reason: str  # and why
    mends: tuple


# The module may notice that the card is gone while it signs, before pcscd tells of it.
CARD_GONE = "the card was pulled out of its reader|the token was pulled out|the token was removed"
HARMS = {
    "card pulled": Harm(pull_card, CARD_GONE, "absent", "there is no card in the reader", (plug_card,)),
    "reader pulled": Harm(pull_reader, CARD_GONE + "|the token's reader is gone", "absent", "", (plug_reader,)),
    "pcscd killed": Harm(kill_pcscd, r"\(pcscd\) ended|the token was removed", "absent", "pcscd", (start_pcscd,)),
    "signer killed": Harm(kill_signer, "the signer process .* ended", "broken", "the signer process .* ended", (unlock, plug_again)),
    "signer stopped": Harm(stop_signer, r"the signer was stopped \(SIGSTOP\)", "broken", r"the signer was stopped \(SIGSTOP\)",
                           (unlock, plug_again)),
}
MOMENTS = (idle, in_handshake, in_signature, in_pin_prompt, relaying)


def came_to_an_end(opened, asked):
    """Nothing follows on those that carried data; the others are told that there is no token, by the proxy itself."""
    for stream in (*opened, *asked):
        stream.settimeout(20 * product.SLOWNESS)
    for stream in opened:
        assert streams.rest(stream) == b""
    for stream in asked:
        told = streams.rest(stream)
        assert told.startswith(b"HTTP/1.1 503 "), told
    for stream in (*opened, *asked):
        stream.close()


def works(place, mode):
    place.proxy.until(lambda status: status["armed"], "is armed again", 30)
    signatures = place.stack.card.calls["auth"]
    relay(place, WRAP if mode == "wrap" else TUNNEL).close()
    if mode == "wrap":
        assert clients.curl(f"http://{SIGN}/", port=place.proxy.port).status == 200
        assert place.stack.card.calls["auth"] == signatures + 1


@pytest.mark.parametrize("mode", ["wrap", "tunnel"])
@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__.replace("_", " "))
def test_it_ends_is_disarmed_and_said_why_and_works_again(place, moment, harm, mode):
    opened, asked = moment(place, mode)
    process = signer(place)
    said_before = len(place.proxy.log)
    harm.do(place)
    came_to_an_end(opened, asked)
    seen = place.proxy.until(lambda status: status["token"]["state"] == harm.state and status, f"is {harm.state}")
    assert not seen["armed"] and re.search(harm.reason, seen["token"]["reason"]), seen["token"]
    assert re.search(harm.logged, place.proxy.log[said_before:]), "no log line tells why"
    assert not os.path.exists(f"/proc/{process}"), "the signer is still there"
    place.proxy.until(lambda status: not status["connections"], "has forgotten the connections")

    place.stack.card.delay(0)
    if moment is in_pin_prompt:
        place.pinentry.release()
    first, *others = harm.mends
    first(place)
    works(place, mode)
    for mend in others:
        harm.do(place)
        place.proxy.until(lambda status: status["token"]["state"] == harm.state, f"is {harm.state}")
        mend(place)
        works(place, mode)
