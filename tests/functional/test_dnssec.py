"""Each verdict about each name is the one that BIND's and unbound's validators give, but for bounds of ours."""
import time

import pytest

from support.dns_world import World
from support.dns_zones import ZONES

SECURE, INSECURE, BOGUS, FAILS = "secure", "insecure", "bogus", "fails"

# (type, name, verdict)
CASES = [
    # Right, in each algorithm.
    *[(kind, f"{owner}.example", SECURE)
      for owner in ("alg8", "alg10", "alg13", "alg14", "alg15", "alg16", "twokeys", "nsec3", "salted", "optout",
                    "child.alg15", "signed.optout", "twods", "staleds")
      for kind in ("A", "TLSA")],
    *[("TLSA", f"_443._tcp.{owner}.example", SECURE) for owner in ("alg8", "alg14", "nsec3", "child.alg15")],
    # What is not there.
    *[(kind, name + owner, SECURE)
      for owner in ("alg15.example", "nsec3.example", "salted.example", "stars.example")
      for kind, name in (("TLSA", "_25._tcp."), ("A", "nothing."), ("AAAA", "www."), ("A", "_tcp."))],
    ("A", "nothing.", SECURE),
    ("A", "nothing.example", SECURE),
    ("TLSA", "_443._tcp.nothing.example", SECURE),
    ("A", "b.c.stars.example", SECURE),
    # Wildcards: what they answer, what they lack, what stands in their way.
    *[(kind, name + owner, SECURE)
      for owner in ("stars.example", "nsec3.example", "salted.example")
      for kind, name in (("A", "any.star."), ("A", "any.more.star."), ("TLSA", "any.star."), ("A", "own.star."),
                         ("A", "any.cname."), ("TLSA", "_993._tcp.wild."), ("A", "_993._tcp.wild."))],
    # Unsigned, and proven to be.
    *[(kind, f"{name}{owner}.example", INSECURE)
      for owner in ("plain", "nods", "newalgorithm", "newdigest", "open.optout", "nods.nsec3", "signed.nods")
      for kind, name in (("A", ""), ("TLSA", "_443._tcp."), ("A", "nothing."))],
    ("A", "any.star.plain.example", INSECURE),
    ("TLSA", "_993._tcp.wild.optout.example", INSECURE),
    # Broken.
    *[("A", f"{owner}.example", BOGUS)
      for owner in ("unsigned", "expired", "future", "wrongkey", "wrongtag", "bare", "barekeys", "nokeys", "badsig",
                    "badkeysig", "changed")],
    *[("TLSA", f"_443._tcp.{owner}.example", BOGUS) for owner in ("expired", "wrongkey", "baretlsa", "changedtlsa")],
    ("A", "baretlsa.example", SECURE),
    ("A", "www.badsig.example", SECURE),
    *[(kind, name + owner + ".example", BOGUS)
      for owner in ("nodenial", "nodenial3", "baredenial", "expired")
      for kind, name in (("TLSA", "_25._tcp."), ("A", "nothing."), ("AAAA", "www."))],
    *[("A", "any.star." + owner + ".example", BOGUS) for owner in ("nodenial", "nodenial3", "baredenial")],
    # Aliases.
    ("A", "near.alias.example", SECURE),
    ("TLSA", "_443._tcp.near.alias.example", SECURE),
    ("A", "over.alias.example", SECURE),
    ("A", "www.tree.alias.example", SECURE),
    ("TLSA", "_443._tcp.tree.alias.example", SECURE),
    ("A", "nothing.tree.alias.example", SECURE),
    ("A", "toplain.alias.example", INSECURE),
    ("A", "tobogus.alias.example", BOGUS),
    ("A", "tonothing.alias.example", SECURE),
    ("A", "tomissing.alias.example", SECURE),
    ("A", "over.plain.example", INSECURE),
    ("A", "chain5.alias.example", SECURE),
    # Larger than a datagram.
    ("TLSA", "_25._tcp.big.example", SECURE),
]

# (type, name, ours, BIND's, unbound's, why)
OTHERWISE = [
    ("A", "sha1.example", INSECURE, SECURE, SECURE, "signatures with SHA-1 count as none"),
    ("A", "nothing.costly.example", INSECURE, SECURE, SECURE, "more than 100 iterations are not computed (RFC 9276)"),
    ("A", "any.costly.example", INSECURE, SECURE, SECURE, "nor for a wildcard"),
    ("A", "chain0.alias.example", BOGUS, SECURE, SECURE, "more than eight aliases are not followed"),
    ("A", "loop.alias.example", BOGUS, FAILS, FAILS, "aliases that lead in a circle"),
    ("A", "nothing.optout.example", INSECURE, SECURE, INSECURE, "an unsigned delegation may be there (RFC 5155, 9.2)"),
    ("A", "a.nothing.optout.example", INSECURE, SECURE, INSECURE, "an unsigned delegation may be there (RFC 5155, 9.2)"),
]


@pytest.fixture(scope="module")
def world():
    with World(ZONES) as made:
        yield made


@pytest.fixture(scope="module")
def found(world):
    """What our resolver finds, through a recursive server that does not validate, and straight from the zones' own."""
    what = [f"{kind}:{name}" for kind, name, *_ in CASES + OTHERWISE]
    return {port: dict(zip(what, world.ask(*what, port=port), strict=True)) for port in (world.recursive, world.port)}


def _named(case):
    return f"{case[0]}-{case[1]}"


@pytest.mark.parametrize("case", CASES, ids=_named)
def test_agrees_with_other_validators(world, found, case):
    kind, name, verdict = case
    for port, findings in found.items():
        finding = findings[f"{kind}:{name}"]
        assert finding["security"] == verdict, (port, finding)
    theirs = FAILS if verdict == BOGUS else verdict
    assert world.delv(name, kind) == theirs
    assert world.unbound(name, kind) == theirs


@pytest.mark.parametrize("case", OTHERWISE, ids=_named)
def test_differs_where_it_is_meant_to(world, found, case):
    kind, name, ours, binds, unbounds, why = case
    # Straight from the zones: unbound, too, gives up on what it finds wrong.
    assert found[world.port][f"{kind}:{name}"]["security"] == ours, why
    assert world.delv(name, kind) == binds
    assert world.unbound(name, kind) == unbounds


def test_work_for_a_hostile_zone_is_bounded(world):
    """KeyTrap (CVE-2023-50387): 51 keys of one tag and 51 signatures would make 2601 checks; 16 are made."""
    begin = time.monotonic()
    [finding] = world.ask("A:keytrap.example", port=world.port)
    assert time.monotonic() - begin < 2
    assert finding["security"] == BOGUS
    assert "more signatures to check than is sensible" in finding["reason"]
    assert world.unbound("keytrap.example", "A") == FAILS


def test_a_resolver_on_loopback_can_be_believed(world):
    """What unbound says by AD and SERVFAIL comes out as the same verdicts."""
    what = [f"{kind}:{name}" for kind, name, _ in CASES]
    found = world.ask(*what, port=world.validating, options=["--resolver"])
    wrong = [(case, finding["security"]) for case, finding in zip(CASES, found, strict=True)
             if finding["security"] != case[2]]
    assert wrong == []


def test_a_resolver_that_does_not_validate_says_nothing(world):
    found = world.ask("A:alg13.example", "A:expired.example", "A:plain.example", options=["--resolver"])
    assert [each["security"] for each in found] == [INSECURE] * 3
