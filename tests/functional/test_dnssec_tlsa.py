"""TLSA records are found where RFC 7671, section 7, says that they are: at the end of secure aliases, else at the host."""
import pytest

from support.dns_liar import SERVFAIL, Liar
from support.dns_world import World
from support.dns_zones import ZONES

AB, CD = "3 1 1 " + "ab" * 32, "3 1 1 " + "cd" * 32

# (host and port, verdict, whose records, records)
CASES = [
    ("alg13.example:443", "secure", "alg13.example", [AB]),
    ("alg13.example:25", "secure", "alg13.example", []),
    ("www.nsec3.example:443", "secure", "www.nsec3.example", [AB]),
    ("nothing.alg13.example:443", "secure", "nothing.alg13.example", []),
    ("nothing:443", "secure", "nothing", []),
    ("wild.stars.example:8443", "secure", "wild.stars.example", [AB]),
    # Aliases: the end first, then the host itself.
    ("over.alias.example:443", "secure", "www.alg15.example", [AB]),
    ("both.alias.example:443", "secure", "www.nsec3.example", [AB]),
    ("bare.alias.example:443", "secure", "bare.alias.example", [CD]),
    ("www.tree.alias.example:443", "secure", "www.alg15.example", [AB]),
    # The record itself may be an alias.
    ("near.alias.example:443", "secure", "near.alias.example", [AB]),
    # An alias to an unsigned zone is not followed.
    ("toplain.alias.example:443", "secure", "toplain.alias.example", [AB]),
    ("tobogus.alias.example:443", "bogus", "", []),
    ("tomissing.alias.example:443", "secure", "tomissing.alias.example", []),
    # Unsigned zones: what they say of TLSA counts nothing.
    ("plain.example:443", "insecure", "", []),
    ("over.plain.example:443", "insecure", "", []),
    ("nods.example:443", "insecure", "", []),
    ("newalgorithm.example:443", "insecure", "", []),
    ("sha1.example:443", "insecure", "", []),
    ("wild.optout.example:8443", "insecure", "wild.optout.example", []),
    # Broken: never "no TLSA".
    ("expired.example:443", "bogus", "", []),
    ("unsigned.example:443", "bogus", "", []),
    ("baretlsa.example:443", "bogus", "baretlsa.example", []),
    ("changedtlsa.example:443", "bogus", "changedtlsa.example", []),
    ("nodenial.example:25", "bogus", "nodenial.example", []),
    ("chain0.alias.example:443", "bogus", "", []),
]


@pytest.fixture(scope="module")
def world():
    with World(ZONES) as made:
        yield made


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_the_records_of(world, case):
    host, verdict, base, records = case
    for port in (world.recursive, world.port):
        [answer] = world.ask(f"tlsa:{host}", port=port)
        assert (answer["security"], answer["name"], answer["records"]) == (verdict, base, records), answer
        assert answer["reason"] or records


def test_a_server_that_hides_them_is_out_of_reach(world):
    def lie(query):
        return query.code(SERVFAIL) if query.under("_tcp.alg13.example") else query.true().pack(query.octets)

    with Liar(world.port, lie) as liar:
        [answer] = world.ask("tlsa:alg13.example:443", port=liar.port)
        assert answer["security"] == "unreachable"
        assert answer["records"] == []


def test_an_unsigned_zone_is_not_asked(world):
    """Some servers of unsigned zones drop questions for TLSA; there is nothing to learn from them."""
    with Liar(world.port, lambda query: query.true().pack(query.octets)) as liar:
        [answer] = world.ask("tlsa:plain.example:443", port=liar.port)
        assert answer["security"] == "insecure"
        assert not any(name.startswith("_443") for name, _ in liar.asked)


def test_what_was_found_is_remembered(world):
    with Liar(world.port, lambda query: query.true().pack(query.octets)) as liar:
        first, second = world.ask("tlsa:alg13.example:443", "tlsa:alg13.example:443", port=liar.port)
        assert first == second
        assert len(set(liar.asked)) >= len(liar.asked) - 1  # the root's keys are asked for to know the server, too
        count = len(liar.asked)
        world.ask("tlsa:alg13.example:443", "tlsa:www.alg13.example:443", port=liar.port)
        assert len(liar.asked) == 2 * count + 2  # of the second host its two names only


def test_addresses_of_both_kinds(world):
    found = world.ask("host:alg13.example", "host:toplain.alias.example", "host:expired.example", "host:nothing.example")
    assert [each["security"] for each in found] == ["secure", "insecure", "bogus", "secure"]
    assert [each["records"] for each in found] == [["192.0.2.1"], ["192.0.2.1"], [], []]
