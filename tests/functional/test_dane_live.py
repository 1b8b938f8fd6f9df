"""All 24 forms of TLSA in a signed zone, asked for by a proxy that dials a live server: what it does is what OpenSSL finds."""
import contextlib

import pytest

from support import clients, dane, servers
from support.dns_world import World, Zone

# A name for each form; one certificate is for all of them. unbound answers for "test" itself.
ZONE = "party.example"
HOSTS = {form: "{}{}{}.{}".format(*form, ZONE) for form in dane.FORMS}


def _sets(pki, server):
    """What each case's name has for each form: {case: function from form to records}."""
    good = lambda form: dane.record(form, (server if form[0] in (dane.PKIX_EE, dane.DANE_EE) else pki.intermediate).certificate)
    bad = lambda form: dane.record(form, (pki.client() if form[0] in (dane.PKIX_EE, dane.DANE_EE) else pki.unknown_root).certificate)
    return {"match": lambda form: [good(form)], "mismatch": lambda form: [bad(form)],
            "mixed": lambda form: [bad(form), dane.unusable(form), good(form)], "unusable": lambda form: [dane.unusable(form)]}


@contextlib.contextmanager
def _world(port, records):
    lines = []
    for form, host in HOSTS.items():
        lines.append(f"{host}. A 127.0.0.1")
        lines += [f"_{port}._tcp.{host}. TLSA {text}" for text in records(form)]
    zones = [Zone(".", "ns.world. A 127.0.0.1\n"), Zone("example."), Zone(f"{ZONE}.", "\n".join(lines) + "\n")]
    with World(zones) as world:
        yield {"servers": [f"127.0.0.1:{world.recursive}"], "trust_anchor": world.anchor}


@pytest.mark.parametrize("case, expected, words", [
    ("match", "pass", ""),
    ("mismatch", "fail", "TLSA record"),
    ("mixed", "pass", ""),
    ("unusable", "absent", "none of its TLSA records can be used"),
])
def test_the_proxy_does_what_the_zone_says(case, expected, words, latchkey, pki):
    identity = pki.server(host=f"*.{ZONE}")
    records = _sets(pki, identity)[case]
    with servers.Nginx(identity) as server, _world(server.port, records) as names:
        party = {"trust": "dane", "identity": "none"}
        with latchkey(server, host=f"*.{ZONE}", party=party, dns=names) as proxy:
            for form, host in HOSTS.items():
                answer = clients.curl(f"http://{host}:{server.port}/index.html", port=proxy.port)
                assert answer.status == (200 if expected == "pass" else 502), (form, answer)
                assert words in answer.body, (form, answer)
                verdict, said = dane.openssl_verdict(host, server.port, pki.root.certificate, records(form))
                assert verdict == expected, (form, said)
