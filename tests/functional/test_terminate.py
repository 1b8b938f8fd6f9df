"""https:// through the proxy: the program speaks TLS with us, and we with the party, in its place."""
import contextlib
import re
import select
import ssl

import pytest

from support import clients, servers, streams
from support.hello_tap import HelloTap
from support.silent_servers import SilentServer

PAGE = "index.html"
MODES = ("connect", "socks5h", "socks4a")
BROWSER = "Mozilla/5.0 (X11; Linux x86_64)"


@pytest.fixture
def trusted(home):
    """The file of the local CAs, as `latchkey ca export` prints them."""
    def export(proxy, *arguments):
        done = proxy.run("ca", "export", *arguments)
        assert done.returncode == 0, done.stderr
        path = home / "local-cas.pem"
        path.write_text(done.stdout)
        return path
    return export


def https(proxy, server, trusted, *arguments, mode="connect", host="party.test", path=PAGE):
    return clients.curl(f"https://{host}:{server.port}/{path}", "--cacert", trusted, *arguments, port=proxy.port, mode=mode)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("tls", servers.VERSIONS)
def test_a_program_that_speaks_tls_reaches_the_party_as_the_user(latchkey, pki, token, trusted, mode, tls):
    with servers.Nginx(pki.server(), tls) as server, latchkey(server, token=token()) as proxy:
        answer = https(proxy, server, trusted(proxy), "-v", mode=mode)
        assert (answer.exit, answer.status, answer.body) == (0, 200, servers.ANSWER.decode()), answer
        assert server.certificates() == [pki.client("p256").sha256]
        shown = re.search(r"SSL connection using TLSv(1\.\d)", answer.errors)[1]
        assert shown == tls, "no higher version than the party's, and no lower"


def tls_to(stream, context, host="party.test"):
    return context.wrap_socket(stream, server_hostname=host)


@pytest.fixture
def context(trusted):
    def make(proxy, *alpn):
        made = ssl.create_default_context(cafile=trusted(proxy))
        if alpn:
            made.set_alpn_protocols(list(alpn))
        return made
    return make


@pytest.mark.parametrize("offered, chosen", [(("h2", "http/1.1"), "h2"), (("http/1.1",), "http/1.1"), (("h3", "other"), None), ((), None)])
def test_the_party_chooses_the_protocol(latchkey, pki, token, context, offered, chosen):
    with servers.OpensslServer(pki.server(), more=("-alpn", "h2,http/1.1")) as server, latchkey(server, token=token()) as proxy:
        if offered == ("h3", "other"):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                tls_to(streams.connect(proxy.port, "party.test", server.port), context(proxy, *offered))
            return
        with tls_to(streams.connect(proxy.port, "party.test", server.port), context(proxy, *offered)) as stream:
            assert stream.selected_alpn_protocol() == chosen


def client_hello(*alpn):
    """What a browser begins with: a ClientHello for party.test."""
    context = ssl.create_default_context()
    if alpn:
        context.set_alpn_protocols(list(alpn))
    sent = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname="party.test").do_handshake()
    return sent.read()


def test_protocol_names_that_a_browser_makes_up_are_not_passed_on(latchkey, pki, token, context):
    """RFC 8701: names that nobody has, so that servers do not choke on new ones."""
    with servers.OpensslServer(pki.server(), more=("-alpn", "http/1.1")) as server, HelloTap(server.port) as tap, \
            latchkey(tap, token=token()) as proxy:
        with tls_to(streams.connect(proxy.port, "party.test", tap.port), context(proxy, "\x0a\x0a", "http/1.1")) as stream:
            assert stream.selected_alpn_protocol() == "http/1.1"
        [hello] = tap.hellos
        assert b"\x08http/1.1" in hello and b"\x02\x0a\x0a" not in hello


def test_before_the_party_is_judged_the_program_hears_nothing_and_no_ca_is_made(latchkey, token, home):
    with SilentServer() as server, latchkey(server, token=token()) as proxy:
        with streams.connect(proxy.port, "party.test", server.port) as stream:
            stream.sendall(client_hello())
            proxy.until(lambda status: [each["phase"] for each in status["connections"]] == ["handshake"], "waits for the party")
            assert select.select([stream], [], [], 0)[0] == []
        assert not (home / "state/latchkey/ca").exists()


def test_what_is_no_client_hello_gets_an_alert(latchkey, pki, token):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=token()) as proxy:
        with streams.connect(proxy.port, "party.test", server.port) as stream:
            stream.sendall(bytes.fromhex("16 0301 0005 01 000001 00"))
            assert streams.rest(stream) == bytes.fromhex("15 0303 0002 02 32"), "decode_error"
        assert not server.seen()


def test_another_certificate_of_the_partys_is_another_leaf(latchkey, pki, token, context):
    with servers.Nginx(pki.server()) as one, servers.Nginx(pki.server(key="p384")) as two:
        party = {"hosts": ["party.test"], "ports": [one.port, two.port], "allow_private": True, "roots": pki.root.certificate}
        with latchkey(parties=[party], token=token()) as proxy:
            def leaf(server):
                with tls_to(streams.connect(proxy.port, "party.test", server.port), context(proxy)) as stream:
                    return stream.getpeercert(binary_form=True)

            shown = leaf(one)
            assert leaf(one) == shown
            assert leaf(two) != shown


def test_where_the_target_is_an_address_the_name_in_tls_does_not_count_and_there_is_no_leaf(latchkey, pki, token, home):
    party = {"identity": "none", "local": "terminate"}
    with servers.OpensslServer(pki.server(), require=False) as server, latchkey(server, host="127.0.0.1", token=token(), party=party, dns={}) as proxy:
        with pytest.raises(ssl.SSLError, match="internal error|INTERNAL_ERROR"):
            tls_to(streams.connect(proxy.port, "127.0.0.1", server.port), ssl.create_default_context())
        assert not (home / "state/latchkey/ca").exists()


def test_a_program_that_speaks_ssh_is_refused(latchkey, pki, token):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=token()) as proxy:
        with streams.connect(proxy.port, "party.test", server.port) as stream:
            stream.sendall(b"SSH-2.0-program\r\n")
            assert streams.rest(stream) == b""
        proxy.until(lambda status: any("speaks SSH" in refusal["reason"] for refusal in status["refusals"]), "says why")
        assert not server.seen()


def test_octets_pass_both_ways_whatever_they_are(latchkey, pki, token, context):
    with servers.ByteServer(pki.server()) as server, latchkey(server, token=token()) as proxy:
        with tls_to(streams.connect(proxy.port, "party.test", server.port), context(proxy)) as stream:
            stream.sendall(b"echo\n")
            for octets in (b"\x00", b"\xff" * 100_000, bytes(range(256)) * 40):
                stream.sendall(octets)
                received = b""
                while len(received) < len(octets):
                    received += stream.recv(65536)
                assert received == octets


def test_a_party_that_is_not_itself_gets_a_page_that_says_why(latchkey, pki, token, trusted):
    with servers.OpensslServer(pki.server("unknown-ca"), mode=("-HTTP",)) as server, latchkey(server, token=token()) as proxy:
        answer = https(proxy, server, trusted(proxy))
        assert answer.status == 502 and "party.test" in answer.body and "CA" in answer.body, answer
        page = https(proxy, server, trusted(proxy), "-H", "Accept: text/html")
        assert page.status == 502 and "<html" in page.body
        assert not server.was_shown_a_certificate()


def test_the_page_has_no_body_for_head_and_is_for_http_1_only(latchkey, pki, token, context):
    party = {"local": "terminate"}
    with servers.OpensslServer(pki.server("unknown-ca")) as server, latchkey(server, token=token(), party=party) as proxy:
        with tls_to(streams.connect(proxy.port, "party.test", server.port), context(proxy)) as stream:
            stream.sendall(b"HEAD / HTTP/1.1\r\nHost: party.test\r\n\r\n")
            answer = streams.rest(stream)
            assert answer.startswith(b"HTTP/1.1 502 ") and answer.endswith(b"\r\n\r\n"), answer
        with streams.connect(proxy.port, "party.test", server.port) as stream:
            stream.sendall(client_hello("h2"))
            assert streams.rest(stream) == b"", "it would not understand the page"


@pytest.mark.parametrize("sni", ["other.test", "www.party.test"])
def test_another_name_in_tls_than_in_connect_is_refused(latchkey, pki, token, context, sni):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=token()) as proxy:
        with pytest.raises(ssl.SSLError, match="unrecognized name|UNRECOGNIZED_NAME"):
            tls_to(streams.connect(proxy.port, "party.test", server.port), context(proxy), sni)
        assert not server.seen()
        proxy.until(lambda status: any(sni in refusal["reason"] for refusal in status["refusals"]), "says why")


def test_a_leaf_is_good_for_one_name_of_one_party(latchkey, pki, token, context, home):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=token()) as proxy:
        with tls_to(streams.connect(proxy.port, "party.test", server.port), context(proxy)) as stream:
            names = stream.getpeercert()["subjectAltName"]
            assert names == (("DNS", "party.test"),)
            seconds = ssl.cert_time_to_seconds(stream.getpeercert()["notAfter"]) - ssl.cert_time_to_seconds(stream.getpeercert()["notBefore"])
            assert seconds <= 8 * 86400
        keys = list((home / "state/latchkey/ca").glob("*.key"))
        assert keys and all(path.stat().st_mode & 0o777 == 0o600 for path in keys)


def test_token_out_a_browser_gets_a_page_and_a_program_503(latchkey, pki, stack, trusted):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=stack) as proxy:
        cas = trusted(proxy)
        assert https(proxy, server, cas, "-A", BROWSER).status == 200
        stack.pull()
        proxy.until(lambda status: status["token"]["state"] == "absent", "has no token")
        page = https(proxy, server, cas, "-A", BROWSER, "-H", "Accept: text/html")
        assert page.status == 503 and "nsert your token" in page.body, page
        refused = https(proxy, server, cas)
        assert refused.exit == 56 and "503" in refused.errors
        # As a browser does for ws://: TLS does not follow, so success would promise what is not so.
        plain = clients.curl("http://party.test/", "-A", BROWSER, port=proxy.port, mode="connect")
        assert plain.exit == 56 and "503" in plain.errors
        stack.plug()
        proxy.until(lambda status: status["armed"], "is armed again", 40)
        assert https(proxy, server, cas, "-A", BROWSER).status == 200


def test_a_spare_connection_does_not_tell_what_is_no_longer_so(latchkey, pki, stack, context):
    """Browsers open some, and send a request on one of them whenever the user wants something."""
    with servers.Nginx(pki.server()) as server, latchkey(server, token=stack) as proxy:
        stack.pull()
        proxy.until(lambda status: status["token"]["state"] == "absent", "has no token")
        place = f"party.test:{server.port}"
        spare = []
        for _ in range(2):
            stream = streams.send(proxy.port, f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\nUser-Agent: {BROWSER}\r\n\r\n")
            assert streams.head(stream).startswith(b"HTTP/1.1 200 ")
            spare.append(tls_to(stream, context(proxy)))
        spare[0].sendall(b"GET / HTTP/1.1\r\nHost: party.test\r\n\r\n")
        assert b"nsert your token" in streams.rest(spare[0])
        stack.plug()
        proxy.until(lambda status: status["armed"], "is armed again", 40)
        with contextlib.suppress(ConnectionError):
            spare[1].sendall(b"GET / HTTP/1.1\r\nHost: party.test\r\n\r\n")
        assert streams.rest(spare[1]) == b""


def test_the_tokens_end_is_the_connections(latchkey, pki, stack, context):
    with servers.ByteServer(pki.server()) as server, latchkey(server, token=stack) as proxy:
        stream = tls_to(streams.connect(proxy.port, "party.test", server.port), context(proxy))
        stream.sendall(b"echo\na")
        assert stream.recv(1) == b"a"
        stack.pull()
        assert streams.rest(stream) == b""


@pytest.mark.parametrize("local", ["terminate", "auto"])
def test_a_program_that_speaks_plaintext(latchkey, pki, token, local):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=token(), party={"local": local}) as proxy:
        answer = clients.curl(f"http://party.test:{server.port}/{PAGE}", port=proxy.port, mode="connect")
        assert answer.status == (502 if local == "terminate" else 200)
