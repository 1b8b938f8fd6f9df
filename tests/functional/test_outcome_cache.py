"""What a judgement found is remembered: the next one asks nobody, unless it is told to, or something has changed."""
import json

import pytest

from support import clients, servers


def counts(proxy, assessor="pkix"):
    return proxy.status()["cache"]["assessors"].get(assessor, {"hits": 0, "shared_hits": 0, "misses": 0})


def explain(proxy, server, *options):
    return json.loads(proxy.run("explain", "--json", *options, f"https://party.test:{server.port}/").stdout)


@pytest.fixture
def server(pki):
    with servers.Nginx(pki.server()) as running:
        yield running


def test_the_second_judgement_asks_nobody(latchkey, server):
    with latchkey(server, party={"trust": "pkix"}) as proxy:
        first = explain(proxy, server)
        second = explain(proxy, server)
        assert first["verdict"] == second["verdict"] == "pass"
        assert first["findings"] == second["findings"]
        assert counts(proxy) == {"hits": 1, "shared_hits": 0, "misses": 1}


def test_explain_fresh_goes_past_it_and_is_remembered(latchkey, server):
    with latchkey(server, party={"trust": "pkix"}) as proxy:
        explain(proxy, server)
        explain(proxy, server, "--fresh")
        assert counts(proxy)["hits"] == 0
        explain(proxy, server)
        assert counts(proxy)["hits"] == 1


def test_a_request_uses_what_explain_has_found(latchkey, server):
    with latchkey(server, party={"trust": "pkix", "local": "wrap"}) as proxy:
        explain(proxy, server)
        assert clients.curl(f"http://party.test:{server.port}/", port=proxy.port).status == 200
        assert counts(proxy)["misses"] == 1 and counts(proxy)["hits"] == 1


def test_status_shows_hits_and_misses(latchkey, server):
    with latchkey(server, party={"trust": "pkix"}) as proxy:
        explain(proxy, server)
        explain(proxy, server)
        assert "outcomes     1 remembered, 1 hits, 1 misses" in proxy.run("status").stdout


def test_other_roots_are_another_question(latchkey, server, pki):
    with latchkey(server, party={"trust": "pkix"}) as proxy:
        assert explain(proxy, server)["verdict"] == "pass"
        text = proxy.config_file.read_text()
        other = proxy.config_file.parent / "other.pem"
        other.write_bytes(pki.unknown_root.certificate.read_bytes())
        proxy.configure(text.replace(str(pki.root.certificate), str(other)))
        assert proxy.run("reload").returncode == 0
        assert explain(proxy, server)["verdict"] == "fail"


def test_nothing_is_remembered_without_a_lifetime(latchkey, server):
    with latchkey(server, party={"trust": "pkix"}, cache={"ttl_max": "0s"}) as proxy:
        explain(proxy, server)
        explain(proxy, server)
        assert counts(proxy)["hits"] == 0
        assert proxy.status()["cache"]["remembered"] == 0
