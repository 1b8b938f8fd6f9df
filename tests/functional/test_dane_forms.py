"""All 24 forms of TLSA, in good worlds and bad: what we find is what OpenSSL's own DANE and ldns-dane find.

OpenSSL looks at a live server, ldns-dane and `latchkey verify` at its certificates in files. Where the others find
something else, the difference is listed below with its reason, and nothing else may differ.
"""
import dataclasses

import pytest

from support import dane, servers
from support.dane import CERT, DANE_EE, DANE_TA, FULL, PKIX_EE, PKIX_TA, SHA256, SHA512, SPKI
from support.pki import HOST

EE = (PKIX_EE, DANE_EE)


@dataclasses.dataclass(frozen=True)
class World:
    """A server's identity, the CAs that are trusted, and the CA that records of the usages TA are about."""

    server: object
    roots: object
    ca: object

    def record(self, form):
        return dane.record(form, (self.server if form[0] in EE else self.ca).certificate)


def _alone(identity):
    """The same server, which presents its own certificate only."""
    return dataclasses.replace(identity, chain=identity.certificate)


def _with(identity, *others):
    """The same server, which presents these CAs."""
    chain = identity.certificate.with_name("longer.pem")
    chain.write_text("".join(one.certificate.read_text() for one in (identity, *others)))
    return dataclasses.replace(identity, chain=chain)


WORLDS = {
    "good": lambda pki: World(pki.server(), pki.root, pki.intermediate),
    "expired": lambda pki: World(pki.server("expired"), pki.root, pki.intermediate),
    "not yet valid": lambda pki: World(pki.server("not-yet-valid"), pki.root, pki.intermediate),
    "for another name": lambda pki: World(pki.server("other-name"), pki.root, pki.intermediate),
    "not for servers": lambda pki: World(pki.server("no-server-eku"), pki.root, pki.intermediate),
    "outside its CA's name constraints": lambda pki: World(pki.server("constrained-critical"), pki.root,
                                                           pki.constrained(True)),
    "of a CA that is not trusted": lambda pki: World(pki.server(), pki.unknown_root, pki.intermediate),
    "of a root that is neither trusted nor presented": lambda pki: World(pki.server("unknown-ca"), pki.root,
                                                                         pki.unknown_root),
    "with the root presented": lambda pki: World(_with(pki.server(), pki.intermediate, pki.root), pki.unknown_root,
                                                 pki.root),
    "with the root meant and not presented": lambda pki: World(pki.server(), pki.root, pki.root),
    "without its CA": lambda pki: World(_alone(pki.server()), pki.root, pki.intermediate),
    "without its CA, and the root is meant": lambda pki: World(_alone(pki.server()), pki.root, pki.root),
    "with another CA beside": lambda pki: World(_with(pki.server(), pki.intermediate, pki.unknown_root), pki.root,
                                                pki.unknown_root),
    "self-signed": lambda pki: World(pki.server("self-signed"), pki.root, pki.server("self-signed")),
    "self-signed and trusted": lambda pki: World(pki.server("self-signed"), pki.server("self-signed"),
                                                 pki.server("self-signed")),
}

# (who, world, form): why it finds something else than we do.
DIFFERENCES = {
    **{("ldns", "for another name", (DANE_EE, selector, matching_type)):
       "ldns-dane wants the name for DANE-EE, too; RFC 7671, section 5.1, does not"
       for selector in range(2) for matching_type in range(3)},
    **{("ldns", world, (usage, CERT, FULL)):
       "ldns-dane does not look for CA certificates in records (RFC 7671, section 5.2.2)"
       for world, usage in (("of a root that is neither trusted nor presented", DANE_TA), ("without its CA", DANE_TA),
                            ("without its CA", PKIX_TA))},
    **{(who, world, (DANE_TA, SPKI, FULL)):
       "they let the key of a self-signed certificate be a CA's; we hold such a server to DANE-EE, as for all other forms"
       for who in ("openssl", "ldns") for world in ("self-signed", "self-signed and trusted")},
}


class Judges:
    """All three, before one live server."""

    def __init__(self, name, world, server, folder):
        self._name, self._world, self._server, self._folder = name, world, server, folder
        self.differences = []
        self.unlisted = []

    def ask(self, form, records):
        """What we find. What others find otherwise is noted."""
        world, roots = self._world, self._world.roots.certificate
        ours, reason = dane.latchkey_verdict(HOST, world.server.chain, roots, records)
        others = {"openssl": dane.openssl_verdict(HOST, self._server.port, roots, records),
                  "ldns": dane.ldns_verdict(self._folder, HOST, world.server.chain, roots, records)}
        for who, (verdict, said) in others.items():
            if verdict == ours:
                continue
            self.differences.append((who, self._name, form))
            if self.differences[-1] not in DIFFERENCES:
                self.unlisted.append(f"{who} finds {verdict}, we {ours} ({reason}) with {records}:\n{said}")
        return ours

    def agree(self):
        assert not self.unlisted, "\n".join(self.unlisted)
        listed = {difference for difference in DIFFERENCES if difference[1] == self._name}
        assert listed == set(self.differences), "a difference that is listed is none any more"


def _serve(identity):
    return servers.OpensslServer(identity, require=False)


@pytest.mark.parametrize("name", WORLDS)
def test_each_form_says_the_same_to_all(name, pki, home):
    world = WORLDS[name](pki)
    with _serve(world.server) as server:
        judges = Judges(name, world, server, home)
        for form in dane.FORMS:
            judges.ask(form, [world.record(form)])
        judges.agree()


@pytest.mark.parametrize("usage", range(4))
def test_match_mismatch_mixed_and_unusable(usage, pki, home):
    world = WORLDS["good"](pki)
    stranger = World(pki.client(), pki.root, pki.unknown_root)
    with _serve(world.server) as server:
        judges = Judges("good", world, server, home)
        for form in dane.FORMS:
            if form[0] != usage:
                continue
            match, mismatch, unusable = world.record(form), stranger.record(form), dane.unusable(form)
            assert judges.ask(form, [match]) == "pass", form
            assert judges.ask(form, [mismatch]) == "fail", form
            assert judges.ask(form, [mismatch, unusable, match]) == "pass", form
            assert judges.ask(form, [unusable]) == "absent", form
            assert judges.ask(form, [unusable, mismatch]) == "fail", form
        judges.agree()


@pytest.mark.parametrize("usage", range(4))
def test_a_stronger_digest_hides_a_weaker(usage, pki, home):
    world = WORLDS["good"](pki)
    stranger = World(pki.client(), pki.root, pki.unknown_root)
    with _serve(world.server) as server:
        judges = Judges("good", world, server, home)
        for selector in (CERT, SPKI):
            weak, strong, whole = (usage, selector, SHA256), (usage, selector, SHA512), (usage, selector, FULL)
            other = (usage, 1 - selector, SHA512)
            assert judges.ask(weak, [world.record(weak), stranger.record(strong)]) == "fail"
            assert judges.ask(weak, [stranger.record(weak), world.record(strong)]) == "pass"
            assert judges.ask(weak, [world.record(weak), dane.unusable(strong)]) == "pass"
            assert judges.ask(weak, [world.record(weak), stranger.record(other)]) == "pass"
            assert judges.ask(whole, [world.record(whole), stranger.record(strong)]) == "pass"
        judges.agree()


def test_numbers_that_nobody_knows_are_as_if_they_were_not_there(pki, home):
    world = WORLDS["good"](pki)
    good = world.record((DANE_EE, SPKI, SHA256))
    digest = good.split()[3]
    with _serve(world.server) as server:
        judges = Judges("good", world, server, home)
        for kind in ("4 1 1", "255 1 1", "3 2 1", "3 255 1", "3 1 3", "3 1 255"):
            assert judges.ask(kind, [f"{kind} {digest}"]) == "absent"
            assert judges.ask(kind, [f"{kind} {digest}", good]) == "pass"
        judges.agree()


def test_without_usable_records_it_is_left_to_the_rest(pki):
    """The default expression: DANE that says nothing is not in the way, DANE that says no is not healed."""
    world = WORLDS["good"](pki)
    asked = dict(host=HOST, chain=world.server.chain, roots=world.roots.certificate, trust="openpgp or dane or pkix")
    assert dane.latchkey_trusts(**asked, records=[])
    assert dane.latchkey_trusts(**asked, records=[dane.unusable((DANE_EE, SPKI, SHA256))])
    assert not dane.latchkey_trusts(**asked, records=["3 1 1 " + "00" * 32])
