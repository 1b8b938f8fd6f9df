"""An RSA key whose token makes no RSA-PSS signatures, as most cards' do: TLS 1.2, RFC 9963, or a refusal that says why."""
import dataclasses
import json

import pytest

from support import clients, people, servers
from support import latchkey as product

MODULE = product.ROOT / "build/modules/misbehaving.so"
URL = "http://party.test/index.html"
RSA_PKCS1_SHA256_LEGACY, RSA_PSS_SHA256, RSA_PKCS1_SHA256 = 0x0420, 0x0804, 0x0401


@pytest.fixture
def card(token, monkeypatch):
    """A token with an RSA key and without RSA-PSS."""
    monkeypatch.setenv("LATCHKEY_TEST_MODULE", "no-pss")
    return dataclasses.replace(token("rsa"), module=str(MODULE))


def explain(proxy, server):
    return json.loads(proxy.run("explain", "--json", f"https://party.test:{server.port}/").stdout)


def hellos(server):
    return sum(name == "ClientHello" for _, name, _ in server.received())


@pytest.mark.parametrize("kind", servers.REAL_SERVERS, ids=lambda kind: kind.name)
def test_a_party_that_allows_both_versions_is_spoken_to_in_tls_1_2(latchkey, card, pki, kind):
    with kind(pki.server()) as server, latchkey(server, token=card) as proxy:
        answer = clients.curl(URL, port=proxy.port)
        assert answer.status == 200, answer
        assert pki.client("rsa").sha256 in server.certificates()


def test_explain_and_status_say_why(latchkey, card, pki):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=card) as proxy:
        for _ in range(2):  # before anything is remembered, and after
            explained = explain(proxy, server)
            assert explained["verdict"] == "pass" and explained["protocol"] == "TLS 1.2"
            assert "RSA-PSS" in explained["protocol_note"] and explained["identity"] in explained["protocol_note"]
            assert explained["identity_in_clear"]
            text = proxy.run("explain", f"https://party.test:{server.port}/").stdout
            assert "TLS 1.2, because the RSA key " in text
            assert clients.curl(URL, port=proxy.port).status == 200
        [limit] = proxy.status()["tls_limits"]
        assert limit["party"] == f"party.test:{server.port}" and limit["identity"] == explained["identity"]
        assert limit["protocol"] == "TLS 1.2" and "RSA-PSS" in limit["reason"]
        assert f"limited      party.test:{server.port} to TLS 1.2, because " in proxy.run("status").stdout


def test_it_is_remembered_until_the_settings_are_read_again_or_the_token_is_locked(latchkey, card, pki):
    with servers.OpensslServer(pki.server()) as server, latchkey(server, token=card) as proxy:
        assert clients.curl(URL, port=proxy.port).status == 200
        assert hellos(server) == 2
        assert clients.curl(URL, port=proxy.port).status == 200
        assert hellos(server) == 3
        assert proxy.run("reload").returncode == 0
        assert proxy.status()["tls_limits"] == []
        assert clients.curl(URL, port=proxy.port).status == 200
        assert hellos(server) == 5
        assert proxy.run("lock").returncode == 0
        assert proxy.status()["tls_limits"] == []
        status, shown = people.type_on_terminal([proxy.binary, "unlock"], proxy.environment, "43210987")
        assert status == 0, shown
        assert clients.curl(URL, port=proxy.port).status == 200
        assert hellos(server) == 7


def test_the_abandoned_dial_shows_no_certificate(latchkey, card, pki):
    with servers.OpensslServer(pki.server()) as server, latchkey(server, token=card) as proxy:
        assert clients.curl(URL, port=proxy.port).status == 200
        shown = [name for _, name, _ in server.received()]
        assert shown[0] == "ClientHello" and shown[1] == "ClientHello" and shown.count("Certificate") == 1, shown
        assert "handshake failure" in server.log


@pytest.mark.parametrize("party, advice", [({"tls": "1.3"}, 'set tls = "1.2+"'), ({}, "show this party another key")])
def test_a_party_in_tls_1_3_only_is_refused_with_the_reason(latchkey, card, pki, party, advice):
    with servers.OpensslServer(pki.server(), "1.3") as server, latchkey(server, token=card, party=party) as proxy:
        fingerprint = proxy.status()["token"]["keys"][0]["fingerprint"]
        answer = clients.curl(URL, port=proxy.port)
        assert answer.status == 502
        assert "RSA-PSS" in answer.body and fingerprint in answer.body and advice in answer.body, answer.body
        explained = explain(proxy, server)
        assert explained["verdict"] == "pass" and explained["identity"] == "" and advice in explained["identity_note"]
        assert not server.was_shown_a_certificate()
        assert proxy.status()["tls_limits"] == []


def test_a_party_that_takes_rfc_9963_is_spoken_to_in_tls_1_3(latchkey, card, pki):
    schemes = (*range(0xFE00, 0xFE20), RSA_PSS_SHA256, RSA_PKCS1_SHA256_LEGACY)  # far down a long list
    with servers.Tls13Server(pki.server(), *schemes) as server, latchkey(server, token=card) as proxy:
        answer = clients.curl(URL, port=proxy.port)
        assert answer.status == 200, answer
        assert server.certificates() == [f"verified 0420 {pki.client('rsa').sha256}"]
        explained = explain(proxy, server)
        assert explained["protocol"] == "TLS 1.3" and explained["protocol_note"] == "" and explained["identity"]
        assert proxy.status()["tls_limits"] == []


def test_a_key_that_makes_rsa_pss_signs_so_also_where_rfc_9963_is_taken(latchkey, token, pki):
    with servers.Tls13Server(pki.server(), RSA_PKCS1_SHA256_LEGACY, RSA_PSS_SHA256) as server:
        with latchkey(server, token=token("rsa")) as proxy:
            assert clients.curl(URL, port=proxy.port).status == 200
            assert server.certificates() == [f"verified 0804 {pki.client('rsa').sha256}"]


def test_pkcs_1_for_certificates_only_is_not_taken_for_rfc_9963(latchkey, card, pki):
    with servers.Tls13Server(pki.server(), RSA_PSS_SHA256, RSA_PKCS1_SHA256) as server, latchkey(server, token=card) as proxy:
        answer = clients.curl(URL, port=proxy.port)
        assert answer.status == 502 and "RFC 9963" in answer.body, answer
        assert server.certificates()[0] == "alert 40"
