"""Parties judged by DANE: the zone says what the server's certificate is, and DNSSEC that the zone is right."""
import contextlib
import hashlib
import json
import ssl
import subprocess

import pytest

from support import clients, servers
from support.dns_world import DAY, World, Zone

HOST = "party.example"  # unbound answers for "test" itself
PAGE = "index.html"


def spki(identity):
    """The DER SubjectPublicKeyInfo of an identity's certificate."""
    pem = subprocess.run(["openssl", "x509", "-in", identity.certificate, "-noout", "-pubkey"], capture_output=True, check=True).stdout
    return subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=pem, capture_output=True, check=True).stdout


def key_record(identity):
    return f"3 1 1 {hashlib.sha256(spki(identity)).hexdigest()}"


def certificate_record(identity):
    der = ssl.PEM_cert_to_DER_cert(identity.certificate.read_text())
    return f"3 0 2 {hashlib.sha512(der).hexdigest()}"


@contextlib.contextmanager
def world(server, record=None, **options):
    """Names for the server on 127.0.0.1: a signed zone party.example, with this TLSA record at its port."""
    tlsa = f"_{server.port}._tcp.party.example. TLSA {record}\n" if record else ""
    zones = [Zone(".", "ns.world. A 127.0.0.1\n"), Zone("example."),
             Zone("party.example.", f"party.example. A 127.0.0.1\n{tlsa}", **options)]
    with World(zones) as made:
        yield made


def asks(world, port=None):
    """The [dns] section that asks this world."""
    return {"servers": [f"127.0.0.1:{port or world.recursive}"], "trust_anchor": world.anchor}


def explained(proxy, server):
    done = proxy.run("explain", "--json", f"https://party.example:{server.port}/")
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    return found["verdict"], {each["assessor"]: each for each in found["findings"]}


@pytest.fixture
def unknown(pki):
    """A server whose certificate no CA that we know has signed."""
    return pki.server("self-signed", host=HOST)


@pytest.mark.parametrize("record", [key_record, certificate_record])
def test_a_server_that_its_zone_names_needs_no_ca(latchkey, token, unknown, record):
    with servers.Nginx(unknown) as server, world(server, record(unknown)) as names:
        with latchkey(server, host=HOST, token=token(), party={"trust": "dane"}, dns=asks(names)) as proxy:
            verdict, evidence = explained(proxy, server)
            assert verdict == "pass" and evidence["dane"]["verdict"] == "pass", evidence
            assert clients.curl(f"http://party.example:{server.port}/{PAGE}", port=proxy.port).status == 200


def test_a_record_of_another_key_is_not_healed_by_a_good_ca(latchkey, token, pki, unknown):
    good = pki.server(host=HOST)
    with servers.Nginx(good) as server, world(server, key_record(unknown)) as names:
        with latchkey(server, host=HOST, token=token(), party={"trust": "dane or pkix"}, dns=asks(names)) as proxy:
            verdict, evidence = explained(proxy, server)
            assert verdict == "fail" and evidence["dane"]["verdict"] == "fail" and evidence["pkix"]["verdict"] == "pass"
            assert clients.curl(f"http://party.example:{server.port}/{PAGE}", port=proxy.port).status == 502


def test_a_zone_without_records_leaves_it_to_the_others(latchkey, token, pki):
    with servers.Nginx(pki.server(host=HOST)) as server, world(server) as names:
        with latchkey(server, host=HOST, token=token(), party={"trust": "dane or pkix"}, dns=asks(names)) as proxy:
            verdict, evidence = explained(proxy, server)
            assert verdict == "pass" and evidence["dane"]["verdict"] == "absent"
            assert clients.curl(f"http://party.example:{server.port}/{PAGE}", port=proxy.port).status == 200


def test_expired_signatures_are_a_failure_and_not_an_absence(latchkey, token, pki):
    good = pki.server(host=HOST)
    with servers.Nginx(good) as server, world(server, key_record(good), window=(-9 * DAY, -DAY)) as names:
        party = {"trust": "dane or pkix"}
        with latchkey(server, host=HOST, token=token(), party=party, dns=asks(names)) as proxy:
            answer = clients.curl(f"http://party.example:{server.port}/{PAGE}", port=proxy.port)
            assert answer.status == 502 and "not authentic" in answer.body, answer


def test_an_unsigned_zone_speaks_for_nobody(latchkey, token, pki, unknown):
    with servers.Nginx(unknown) as server, world(server, key_record(unknown), algorithm=None, ds="none") as names:
        with latchkey(server, host=HOST, token=token(), party={"trust": "dane"}, dns=asks(names)) as proxy:
            verdict, evidence = explained(proxy, server)
            assert verdict != "pass" and evidence["dane"]["verdict"] == "absent", evidence


