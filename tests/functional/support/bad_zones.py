"""Servers with a good certificate, and with a zone that speaks against them: DANE does, and no browser looks at it.

    with BadZones(world) as zones, latchkey(parties=zones.parties, dns=zones.dns) as proxy: ...
"""
import contextlib
import dataclasses

from support.bad_servers import LaxServer, World
from support.chains import dns
from support.dane import DANE_EE, SHA256, SPKI, record
from support.dns_world import DAY, Zone
from support.dns_world import World as DnsWorld

KEY = (DANE_EE, SPKI, SHA256)


def _forged(lines):
    """Somebody on the way has changed the record, and cannot sign it."""
    return [line.replace("\t3 1 1 ", "\t3 1 2 ") for line in lines]


def _without_signatures(lines):
    return [line for line in lines if "RRSIG\tTLSA" not in line.replace(" ", "\t")]


@dataclasses.dataclass(frozen=True)
class BadZone:
    """What is wrong with it, its host, words of the sentence that refuses it, and the options of its zone (dns_world.Zone)."""
    what: str
    host: str
    says: str
    of_another: bool = False  # the record is about another server's key
    zone: dict = dataclasses.field(default_factory=dict)


KINDS = [
    BadZone("DANE: a TLSA record of another key", "another-key.example", "not what its TLSA records say", of_another=True),
    BadZone("DNSSEC: signatures that have expired", "expired.example", "not authentic", zone={"window": (-9 * DAY, -DAY)}),
    BadZone("DNSSEC: a record changed after signing", "changed.example", "the signature over the TLSA records", zone={"spoil": _forged}),
    BadZone("DNSSEC: the signature of a record left out", "stripped.example", "should be signed by the zone", zone={"spoil": _without_signatures}),
]


class BadZones(contextlib.ExitStack):
    """`running` are the servers, by what is wrong; `parties` and `dns` configure a Latchkey that asks these zones for them."""

    def __init__(self, world: World):
        super().__init__()
        self._world = world

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stranger = self._world.leaf()
            identities = {kind.what: self._world.leaf(names=(dns(kind.host),)) for kind in KINDS}
            self.running = {what: stack.enter_context(LaxServer(identity)) for what, identity in identities.items()}
            zones = [Zone(".", "ns.world. A 127.0.0.1\n"), Zone("example.")]
            for kind in KINDS:
                named = record(KEY, (stranger if kind.of_another else identities[kind.what]).certificate)
                port = self.running[kind.what].port
                zones.append(Zone(f"{kind.host}.", f"{kind.host}. A 127.0.0.1\n_{port}._tcp.{kind.host}. TLSA {named}\n", **kind.zone))
            names = stack.enter_context(DnsWorld(zones))
            self.dns = {"servers": [f"127.0.0.1:{names.recursive}"], "trust_anchor": names.anchor}
            self.parties = [{"hosts": [kind.host], "ports": [self.running[kind.what].port], "allow_private": True,
                             "roots": self._world.root_file} for kind in KINDS]
            self.push(stack.pop_all())
        return self
