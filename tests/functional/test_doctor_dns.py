"""`latchkey doctor` asks the name servers that parties are looked up with, and says what is wrong with them."""
import json
import time

import pytest

from support.dns_liar import KINDS, Liar
from support.dns_world import World, Zone

PARTY = {"hosts": ["party.example"], "trust": "dane", "identity": "none"}


@pytest.fixture(scope="module")
def world():
    with World([Zone(".", "ns.world. A 127.0.0.1\n"), Zone("example.")]) as made:
        yield made


def ask(product):
    report = json.loads(product.run("doctor", "--json", seconds=60).stdout)
    return next(check for check in report["checks"] if check["check"] == "dns")


def with_servers(latchkey, world, *ports, party=PARTY, **dns):
    return latchkey(parties=[party], dns={"servers": [f"127.0.0.1:{port}" for port in ports],
                                          "trust_anchor": world.anchor} | dns)


def test_a_server_whose_answers_are_proven_is_well(latchkey, world):
    found = ask(with_servers(latchkey, world, world.recursive))
    assert found["verdict"] == "ok" and f"127.0.0.1:{world.recursive}" in found["says"], found


def test_a_server_that_strips_signatures_is_a_problem_for_dane(latchkey, world):
    def strip(query):
        return query.true().drop(lambda record: record.kind != KINDS["RRSIG"]).pack(query.octets)
    with Liar(world.port, strip) as liar:
        found = ask(with_servers(latchkey, world, liar.port))
        assert found["verdict"] == "problem" and "does not pass signatures on" in found["says"], found
        assert "party.example" in found["says"] and "dns.servers" in found["to_do"]
        found = ask(with_servers(latchkey, world, liar.port, party=PARTY | {"trust": "pkix"}))
        assert found["verdict"] == "warning", found
        assert not any(name.endswith("example") for name, _ in liar.asked), "no name of a party's leaves the machine"


def test_another_root_key_proves_nothing(latchkey, world, home):
    with World([Zone(".", "ns.world. A 127.0.0.1\n")]) as other:
        found = ask(with_servers(latchkey, world, world.recursive, trust_anchor=other.anchor))
    assert found["verdict"] == "problem" and "root's key" in found["says"], found


def test_a_silent_server_is_waited_for_three_seconds(latchkey, world):
    with Liar(world.port, lambda query: None) as silent:
        begin = time.monotonic()
        found = ask(with_servers(latchkey, world, silent.port))
        assert found["verdict"] == "problem" and "no name server answers" in found["says"], found
        assert time.monotonic() - begin < 6
        found = ask(with_servers(latchkey, world, world.recursive, silent.port))
    assert f"127.0.0.1:{silent.port} does not" in found["says"], found


def test_a_resolver_may_be_believed_that_checks_and_is_on_loopback(latchkey, world):
    found = ask(with_servers(latchkey, world, world.validating, dnssec="resolver"))
    assert found["verdict"] == "ok" and "is believed" in found["says"], found
    found = ask(with_servers(latchkey, world, world.recursive, dnssec="resolver"))
    assert found["verdict"] == "problem" and "does not check DNSSEC" in found["says"], found
    far = latchkey(parties=[PARTY], dns={"servers": ["192.0.2.1:53"], "dnssec": "resolver"})
    found = ask(far)
    assert found["verdict"] == "problem" and "not on loopback" in found["says"], found


def test_a_root_key_that_is_not_there_is_named(latchkey, world, home):
    found = ask(with_servers(latchkey, world, world.recursive, trust_anchor=home / "no.key"))
    assert found["verdict"] == "problem" and "no.key" in found["says"] and "dns-root-data" in found["to_do"], found
