"""Fifty times out and in again, cards and readers, at random moments of a busy proxy: nothing of it is left over."""
import collections
import os
import pathlib
import random
import re
import threading

import pytest

from support import latchkey as product
from support import servers, streams, wait
from support.card_usb import UsbCardStack

SEED = int(os.environ.get("LATCHKEY_TEST_SEED", "7041"))
WARM_UP, CYCLES = 8, 50
CLIENTS = 4
PAUSE = 0.01  # of a client that was refused: it is a program, not a flood
# What the allocator may keep of other sizes and orders of the same things. A leak of one handshake's state in each cycle is more.
MEMORY_MARGIN_KIB = 2048 * product.SLOWNESS


class Traffic:
    """Clients that open connections, carry a few octets and close, again and again, whether or not they are let through."""

    def __init__(self, port, targets):
        self._port, self._targets = port, targets
        self._ends = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(CLIENTS)]
        self.events = 0  # whatever happened to them
        self.carried = 0  # echoes that came back
        self.refused = 0

    def _run(self, number):
        choice = random.Random(SEED + number)
        while not self._ends.is_set():
            try:
                with streams.connect(self._port, *choice.choice(self._targets)) as stream:
                    stream.sendall(b"echo\n")
                    for _ in range(choice.randrange(1, 50)):
                        stream.sendall(b"0123456789")
                        if not stream.recv(10):
                            break
                        self.carried += 1
                        self.events += 1
            except (OSError, AssertionError):
                self.refused += 1
                self._ends.wait(PAUSE)
            self.events += 1

    def wait_for(self, events):
        """Until that much more has happened: the traffic says when, and not the clock."""
        until = self.events + events
        wait.until(lambda: self.events >= until, f"{events} more events of the traffic", 60 * product.SLOWNESS)

    def __enter__(self):
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        for each in self._threads:
            each.join()


def descriptors(proxy):
    """{kind: how many} of the daemon."""
    kinds = collections.Counter()
    for each in pathlib.Path(f"/proc/{proxy.process.pid}/fd").iterdir():
        try:
            kinds[re.sub(r"\d+", "", os.readlink(each))] += 1
        except FileNotFoundError:
            continue  # closed meanwhile
    return kinds


def at_rest(proxy):
    """Both tokens are armed, and no client is there."""
    proxy.until(lambda status: not status["connections"], "has no connection left", 40)
    proxy.until(lambda status: [each["state"] for each in status["tokens"]] == ["armed"] * 2, "has both tokens", 40)


def footprint(proxy):
    """(descriptors, processes, KiB) of a proxy at rest."""
    # Who asked for the status is a client as well, until the daemon has seen him go.
    fewest = min((descriptors(proxy) for _ in range(50)), key=lambda kinds: kinds.total())
    status = pathlib.Path(f"/proc/{proxy.process.pid}/status").read_text()
    return fewest, len(product.processes_of_session(proxy.process.pid)), int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])


class Hands:
    """Take tokens out and put them in again, as the seed says."""

    def __init__(self, stack, traffic):
        self._stack, self._traffic = stack, traffic
        self._choice = random.Random(SEED)
        self.done = []  # for who reads of a failure

    def cycle(self):
        numbers = self._choice.choice(((0,), (1,), (0, 1)))
        back = []
        for number in numbers:
            out, into = self._choice.choice(((self._stack.pull, self._stack.plug), (self._stack.pull_reader, self._stack.plug_reader)))
            self.done.append(f"{out.__name__}({number})")
            out(number)
            back.append((into, number))
            self._traffic.wait_for(self._choice.randrange(20))
        for into, number in back:
            into(number)
            self._traffic.wait_for(self._choice.randrange(40))


@pytest.fixture
def place(home, pki, latchkey):
    """(stack, proxy, what may be asked for): two cards with keys of their own, a party for each, and a tunnel."""
    identities = pki.client("p256"), pki.client("p384")
    with (UsbCardStack(home / "stack", cards=2) as stack, servers.ByteServer(None) as plain,
          servers.TlsForwarder(pki.server(host="*.party.test"), plain.port, asks=True) as secure):
        parties = [{"hosts": ["tunnel.party.test"], "ports": [plain.port], "allow_private": True, "local": "tunnel"}]
        for number, identity in enumerate(identities):
            stack.cards[number].put("auth", identity, with_certificate=True)
            stack.plug(number)
            parties.append({"hosts": [f"{number}.party.test"], "ports": [secure.port], "allow_private": True, "local": "wrap",
                            "roots": pki.root.certificate, "identity": identity.key_sha256})
        with latchkey(parties=parties, token=stack) as proxy:
            yield stack, proxy, [(party["hosts"][0], party["ports"][0]) for party in parties]


@pytest.mark.slow
@pytest.mark.seconds(400)
def test_nothing_is_left_of_50_plugs_and_pulls_under_traffic(place, measured):
    stack, proxy, targets = place
    at_rest(proxy)
    with Traffic(proxy.port, targets) as traffic:
        hands = Hands(stack, traffic)
        for _ in range(WARM_UP):
            hands.cycle()
    at_rest(proxy)
    before = footprint(proxy)
    try:
        with Traffic(proxy.port, targets) as traffic:
            hands = Hands(stack, traffic)
            for _ in range(CYCLES):
                hands.cycle()
        at_rest(proxy)
        after = footprint(proxy)
    except BaseException as error:
        error.add_note(f"LATCHKEY_TEST_SEED={SEED}, {len(hands.done)} times out: {' '.join(hands.done[-6:])}")
        raise
    assert traffic.carried > CYCLES and traffic.refused > CYCLES / 2, "there was no traffic worth the name"
    measured(f"memory after {CYCLES} plugs and pulls", f"{after[2] - before[2]:+} KiB of {before[2]} KiB")
    assert after[0] == before[0], f"descriptors; seed {SEED}"
    assert after[1] == before[1] == 6, f"processes: the daemon, and for each token a signer, each with its launcher; seed {SEED}"
    assert after[2] <= before[2] + MEMORY_MARGIN_KIB, f"memory; seed {SEED}"
