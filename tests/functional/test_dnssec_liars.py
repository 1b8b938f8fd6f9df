"""A name server that lies finds no belief: its lies are bogus, or it counts as out of reach. BIND's validator agrees."""
import contextlib
import socket
import struct
import time

import pytest

from support.dns_liar import FORMERR, KINDS, REFUSED, SERVFAIL, Liar, Record, changed, question_of, wire
from support.dns_world import World
from support.dns_zones import ZONES

SECURE, INSECURE, BOGUS, UNREACHABLE = "secure", "insecure", "bogus", "unreachable"


@pytest.fixture(scope="module")
def world():
    with World(ZONES) as made:
        yield made


def anything(_):
    return True


def only(name, kind):
    return lambda query: query.is_for(name, kind)


def under(zone):
    return lambda query: query.under(zone)


def unsigned(message, _):
    message.drop(lambda record: record.kind != KINDS["RRSIG"])


def empty(message, _):
    message.drop(lambda record: False)


def without_proof(message, _):
    message.drop(lambda record: record.kind not in (KINDS["NSEC"], KINDS["NSEC3"]))


def unsigned_denial(message, _):
    message.drop(lambda record: record.covered not in (KINDS["NSEC"], KINDS["NSEC3"]))


def instead(name, kind):
    """What is true of another question."""
    return lambda message, query: query.true(name, kind)


def renamed(name, kind):
    """The truth about another name, said of this one."""
    def change(message, query):
        other = query.true(name, kind)
        for record in other.answer:
            record.owner = query.name if record.owner == name else record.owner
        return other
    return change


def forged(message, _):
    for record in message.answer:
        if record.kind == KINDS["A"]:
            record.data = bytes([192, 0, 2, 99])


def one_more(message, query):
    message.answer.append(Record(query.name, KINDS["A"], 300, bytes([192, 0, 2, 99])))


def long_lived(message, _):
    for record in message.answer:
        record.ttl = 90000


def junk_first(message, _):
    for record in [record for record in message.answer if record.kind == KINDS["RRSIG"]]:
        message.answer.insert(0, Record(record.owner, record.kind, record.ttl, record.data[:-1] + b"\0"))


def referral(message, query):
    message.drop(lambda record: False)
    message.authority.append(Record("example", KINDS["NS"], 300, wire("ns.world")))


def poisoned(message, _):
    message.answer.append(Record("www.alg14.example", KINDS["A"], 300, bytes([192, 0, 2, 99])))


# (what the server does, lie, type, name, ours, does delv's verdict equal it)
LIES = [
    ("tells the truth", changed(anything, lambda m, q: None), "A", "alg13.example", SECURE),
    ("strips a zone's signatures", changed(under("alg13.example"), unsigned), "A", "alg13.example", BOGUS),
    ("strips one answer's", changed(only("alg13.example", "A"), unsigned), "A", "alg13.example", BOGUS),
    ("strips those of the keys", changed(only("alg13.example", "DNSKEY"), unsigned), "A", "alg13.example", BOGUS),
    ("strips those of the DS", changed(only("alg13.example", "DS"), unsigned), "A", "alg13.example", BOGUS),
    ("says nothing of the DS", changed(only("alg13.example", "DS"), empty), "A", "alg13.example", BOGUS),
    ("says that there is no DS, with another's proof", changed(only("alg13.example", "DS"), instead("plain.example", "DS")),
     "A", "alg13.example", BOGUS),
    ("denies the DS with the child's proof", changed(only("alg13.example", "DS"), instead("alg13.example", "AAAA")),
     "A", "alg13.example", BOGUS),
    ("strips all of an unsigned zone's proof", changed(only("plain.example", "DS"), without_proof), "A", "plain.example", BOGUS),
    ("gives no keys", changed(only("alg13.example", "DNSKEY"), empty), "A", "alg13.example", BOGUS),
    ("gives another's keys", changed(only("alg13.example", "DNSKEY"), renamed("alg15.example", "DNSKEY")), "A",
     "alg13.example", BOGUS),
    ("gives another address", changed(only("alg13.example", "A"), forged), "A", "alg13.example", BOGUS),
    ("gives one address more", changed(only("alg13.example", "A"), one_more), "A", "alg13.example", BOGUS),
    ("gives another name's records", changed(only("alg13.example", "A"), renamed("www.alg13.example", "A")), "A",
     "alg13.example", BOGUS),
    ("gives another zone's records", changed(only("alg13.example", "A"), renamed("alg15.example", "A")), "A",
     "alg13.example", BOGUS),
    ("gives another port's record", changed(only("_25._tcp.stars.example", "TLSA"), renamed("_443._tcp.stars.example", "TLSA")),
     "TLSA", "_25._tcp.stars.example", BOGUS),
    ("denies without proof", changed(only("_443._tcp.alg13.example", "TLSA"), empty), "TLSA", "_443._tcp.alg13.example", BOGUS),
    ("denies without signatures", changed(only("nothing.stars.example", "A"), unsigned_denial), "A",
     "nothing.stars.example", BOGUS),
    ("denies without signatures over hashes", changed(only("nothing.nsec3.example", "A"), unsigned_denial), "A",
     "nothing.nsec3.example", BOGUS),
    ("denies with another name's proof",
     changed(only("_443._tcp.alg13.example", "TLSA"), instead("zzz.alg13.example", "TLSA")), "TLSA",
     "_443._tcp.alg13.example", BOGUS),
    ("denies with another type's proof", changed(only("_443._tcp.alg13.example", "TLSA"),
                                                 instead("_443._tcp.alg13.example", "A")),
     "TLSA", "_443._tcp.alg13.example", BOGUS),
    ("denies with another name's hashed proof",
     changed(only("_443._tcp.nsec3.example", "TLSA"), instead("zzz.nsec3.example", "TLSA")), "TLSA",
     "_443._tcp.nsec3.example", BOGUS),
    ("denies with the hashed proof of another zone",
     changed(only("_443._tcp.nsec3.example", "TLSA"), instead("_443._tcp.salted.example", "A")), "TLSA",
     "_443._tcp.nsec3.example", BOGUS),
    ("denies with the parent's proof", changed(only("child.alg15.example", "AAAA"), instead("child.alg15.example", "DS")),
     "AAAA", "child.alg15.example", BOGUS),
    ("denies with an opted-out span of another zone",
     changed(only("_443._tcp.alg13.example", "TLSA"), instead("nothing.optout.example", "TLSA")), "TLSA",
     "_443._tcp.alg13.example", BOGUS),
    ("lets a wildcard answer for a name that exists",
     changed(only("own.star.stars.example", "A"), renamed("any.star.stars.example", "A")), "A", "own.star.stars.example", BOGUS),
    ("the same where names are hashed",
     changed(only("own.star.nsec3.example", "A"), renamed("any.star.nsec3.example", "A")), "A", "own.star.nsec3.example", BOGUS),
    ("keeps the wildcard's proof back", changed(only("any.star.stars.example", "A"), without_proof), "A",
     "any.star.stars.example", BOGUS),
    ("refers to others", changed(only("alg13.example", "A"), referral), "A", "alg13.example", BOGUS),
    ("adds what was not asked for", changed(only("alg13.example", "A"), poisoned), "A", "alg13.example", SECURE),
    ("forges an unsigned zone", changed(only("plain.example", "A"), forged), "A", "plain.example", INSECURE),
]


@pytest.mark.parametrize("case", LIES, ids=lambda case: case[0].replace(" ", "-"))
def test_a_lie_is_found_out(world, case):
    what, lie, kind, name, verdict = case
    with Liar(world.port, lie) as liar:
        [finding] = world.ask(f"{kind}:{name}", port=liar.port)
        assert finding["security"] == verdict, (what, finding)
        theirs = world.delv(name, kind, port=liar.port)
        assert theirs == ("fails" if verdict == BOGUS else verdict), what


def ask_both(world, what, *ports):
    more = [word for port in ports[1:] for word in ("--server", "127.0.0.1", str(port))]
    [finding] = world.ask(what, port=ports[0], options=more)
    return finding


@pytest.mark.parametrize("case", [case for case in LIES if case[4] == BOGUS], ids=lambda case: case[0].replace(" ", "-"))
def test_a_lie_is_asked_of_the_next_server(world, case):
    _, lie, kind, name, _ = case
    [true] = world.ask(f"{kind}:{name}", port=world.port)
    with Liar(world.port, lie) as liar:
        found = ask_both(world, f"{kind}:{name}", liar.port, world.port)
    assert (found["security"], found["records"]) == (true["security"], true["records"]), found


def test_where_all_lie_three_are_asked_and_it_is_bogus(world):
    with contextlib.ExitStack() as stack:
        liars = [stack.enter_context(Liar(world.port, changed(only("alg13.example", "A"), forged))) for _ in range(5)]
        assert ask_both(world, "A:alg13.example", *(liar.port for liar in liars))["security"] == BOGUS
        asked = [liar.asked.count(("alg13.example", KINDS["A"])) for liar in liars]
        assert asked == [1, 1, 1, 0, 0]


def test_what_one_cannot_prove_and_the_others_do_not_answer_is_bogus(world):
    with Liar(world.port, changed(only("alg13.example", "A"), forged)) as liar, Liar(world.port, lambda query: None) as silent:
        begin = time.monotonic()
        assert ask_both(world, "A:alg13.example", liar.port, silent.port)["security"] == BOGUS
        assert time.monotonic() - begin < 6


def test_one_that_fails_for_a_name_is_not_believed_to_have_the_last_word(world):
    with Liar(world.port, coded(SERVFAIL, only("alg13.example", "A"))) as liar:
        assert ask_both(world, "A:alg13.example", liar.port, world.port)["security"] == SECURE


def coded(number, applies=anything):
    return lambda query: query.code(number) if applies(query) else query.true().pack(query.octets)


def cut(over_tcp_too):
    """Everything is truncated, over UDP or always."""
    def lie(query):
        message = query.true()
        if over_tcp_too or not query.over_tcp:
            message.flags |= 0x0200
            message.sections = [[], [], []]
        return message.pack(query.octets)
    return lie


def lowered(query):
    """The question comes back in small letters, as from servers that fold."""
    question = question_of(query.octets)
    return query.true().pack(query.octets, question[:-4].lower() + question[-4:])


def strays_first(query):
    """Wrong ids, wrong names and noise, before what is right."""
    true = query.true()
    other = true.pack(query.octets, wire("other.example") + struct.pack("!HH", query.kind, 1))
    right = true.pack(query.octets)
    wrong_id = bytes([right[0] ^ 0xFF]) + right[1:]
    return [wrong_id, other, b"", b"\0", right[:11], right] if not query.over_tcp else right


def only_strays(query):
    other = query.true().pack(query.octets, wire("other.example") + struct.pack("!HH", query.kind, 1))
    return [other] * (100 if not query.over_tcp else 1)


def noise(query):
    return query.octets[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + question_of(query.octets) + b"\xc0\xff\0\1"


def many_records(query):
    message = query.true()
    message.answer.extend(Record(query.name, KINDS["A"], 300, struct.pack("!I", n)) for n in range(1100))
    return message.pack(query.octets)


# (what the server does, lie, ours, delv's or None where it is not comparable)
SERVERS = [
    ("answers SERVFAIL", coded(SERVFAIL), UNREACHABLE, "fails"),
    ("answers REFUSED", coded(REFUSED), UNREACHABLE, "fails"),
    ("knows no EDNS", coded(FORMERR), UNREACHABLE, None),
    ("answers SERVFAIL for the zone above", coded(SERVFAIL, only("example", "DS")), UNREACHABLE, "fails"),
    ("strips all signatures", changed(anything, unsigned), UNREACHABLE, "fails"),
    ("truncates datagrams", cut(over_tcp_too=False), SECURE, SECURE),
    ("truncates everything", cut(over_tcp_too=True), UNREACHABLE, None),
    ("folds capitals", lowered, SECURE, SECURE),
    ("is surrounded by strays", strays_first, SECURE, None),
    ("answers other questions only", only_strays, UNREACHABLE, None),
    ("answers with noise", noise, UNREACHABLE, "fails"),
    ("answers with too many records", many_records, UNREACHABLE, None),
]


@pytest.mark.parametrize("case", SERVERS, ids=lambda case: case[0].replace(" ", "-"))
def test_a_server_that(world, case):
    what, lie, verdict, theirs = case
    with Liar(world.port, lie) as liar:
        [finding] = world.ask("A:alg13.example", port=liar.port)
        assert finding["security"] == verdict, (what, finding)
        if theirs:
            assert world.delv("alg13.example", "A", port=liar.port) == theirs


def test_a_longer_ttl_does_not_help(world):
    with Liar(world.port, changed(only("alg13.example", "A"), long_lived)) as liar:
        [finding] = world.ask("A:alg13.example", port=liar.port)
    assert finding["security"] == SECURE
    assert finding["expires"] <= time.time() + 301


@pytest.mark.parametrize("broken", [lambda query: None, coded(SERVFAIL), changed(anything, unsigned)],
                         ids=["silent", "failing", "stripping"])
def test_another_server_is_asked(world, broken):
    with Liar(world.port, broken) as liar:
        found = world.ask("A:alg13.example", "A:alg15.example", port=liar.port,
                          options=["--server", "127.0.0.1", str(world.port)])
        assert [each["security"] for each in found] == [SECURE, SECURE]
        assert len(liar.asked) <= 3


def test_nobody_there_is_unreachable(world):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        begin = time.monotonic()
        [silent] = world.ask("A:alg13.example", port=probe.getsockname()[1])
        assert time.monotonic() - begin < 12
    assert silent["security"] == UNREACHABLE
    assert "did not answer in time" in silent["reason"]
    [closed] = world.ask("A:alg13.example", port=1)
    assert closed["security"] == UNREACHABLE


def test_an_answer_from_elsewhere_is_not_seen(world):
    """Right id, right question, to the right port, but from another port than was asked."""
    def lie(query):
        if query.peer:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.bind(("127.0.0.1", 0))
                other.sendto(query.code(SERVFAIL), query.peer)
        return query.true().pack(query.octets)

    with Liar(world.port, lie) as liar:
        [finding] = world.ask("A:alg13.example", port=liar.port)
        assert finding["security"] == SECURE


def test_a_wrong_signature_beside_the_right_one_does_no_harm(world):
    with Liar(world.port, changed(only("alg13.example", "A"), junk_first)) as liar:
        [finding] = world.ask("A:alg13.example", port=liar.port)
        assert finding["security"] == SECURE


def test_ports_ids_and_capitals_are_new_each_time(world):
    seen = []

    def lie(query):
        if query.peer:
            seen.append((query.peer[1], query.octets[:2], question_of(query.octets)))
        return query.true().pack(query.octets)

    with Liar(world.port, lie) as liar:
        for _ in range(4):
            world.ask("TLSA:_443._tcp.child.alg15.example", port=liar.port)
    for part in (0, 1):
        assert len({each[part] for each in seen}) > len(seen) * 3 / 4
    spellings = {question for _, _, question in seen if question.lower().startswith(b"\4_443\4_tcp\5child")}
    assert len(spellings) == 4


@pytest.mark.parametrize("days, word", [(-10, "not valid before"), (40, "expired on")])
def test_signatures_hold_for_their_time_only(world, days, word):
    options = ["--time", str(int(time.time()) + days * 86400)]
    [finding] = world.ask("A:alg13.example", port=world.port, options=options)
    assert finding["security"] == BOGUS
    assert word in finding["reason"]
