"""A party that is not judged good is answered with the reason, and never sees our certificate."""
import pytest

from support import clients, servers, streams

REASONS = {
    "expired": "expired",
    "not-yet-valid": "not valid before",
    "self-signed": "self-signed",
    "other-name": "other.test",
    "unknown-ca": "trusted CA",
    "constrained": "name constraints",
    "constrained-critical": "name constraints",
    "no-server-eku": "serverAuth",
}


@pytest.mark.parametrize("tls", servers.VERSIONS)
@pytest.mark.parametrize("case", REASONS)
def test_an_untrusted_party_is_refused_with_the_reason(latchkey, pki, case, tls):
    with servers.OpensslServer(pki.server(case), tls) as server, latchkey(server) as proxy:
        answer = clients.curl("http://party.test/index.html", port=proxy.port)
        assert answer.status == 502, answer
        assert REASONS[case] in answer.body
        assert not server.was_shown_a_certificate()


@pytest.mark.parametrize("tls", servers.VERSIONS)
def test_a_party_that_its_cas_name_constraints_permit_is_trusted(latchkey, pki, tls):
    with servers.OpensslServer(pki.server("permitted-critical"), tls) as server, latchkey(server) as proxy:
        assert clients.curl("http://party.test/index.html", port=proxy.port).status == 200
        assert server.certificates() != [""]


@pytest.mark.parametrize("mode", ["connect", "socks5h", "socks4a"])
def test_an_http_request_gets_the_page_where_success_was_answered_before(latchkey, pki, mode):
    with servers.OpensslServer(pki.server("expired")) as server, latchkey(server) as proxy:
        answer = clients.curl(f"http://party.test:{server.port}/index.html", port=proxy.port, mode=mode)
        assert answer.status == 502 and "expired" in answer.body, answer
        assert not server.was_shown_a_certificate()


@pytest.mark.parametrize("way, reply", [("connect", 502), ("socks5", 0x02), ("socks4a", 0x5B)])
def test_where_wrap_is_set_success_is_not_answered_at_all(latchkey, pki, way, reply):
    with servers.OpensslServer(pki.server("expired")) as server, latchkey(server, party={"local": "wrap"}) as proxy:
        with pytest.raises(ConnectionRefusedError) as refused:
            streams.WAYS[way](proxy.port, "party.test", server.port)
        assert refused.value.args[0] == reply
        assert not server.was_shown_a_certificate()


def test_explain_names_the_reason_and_shows_no_certificate(latchkey, pki):
    with servers.OpensslServer(pki.server("unknown-ca")) as server, latchkey(server) as proxy:
        explained = proxy.run("explain", f"https://party.test:{server.port}/")
        assert explained.returncode == 1
        assert REASONS["unknown-ca"] in explained.stdout
        assert not server.was_shown_a_certificate()
