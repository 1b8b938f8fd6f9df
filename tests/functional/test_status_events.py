"""The status page is kept up to date by server-sent events."""
import concurrent.futures
import contextlib
import socket
import time

import pytest

from support import streams, tokens
from support.browser_world import TokenOnUsb
from support.servers import ByteServer
from support.status_pages import Events, StatusPage
from support.usb import UsbTestbed


def test_a_connection_appears_and_goes(latchkey, pki):
    with ByteServer(pki.server()) as server, latchkey(server) as proxy, Events(StatusPage(proxy)) as events:
        assert events.status == 200 and events.headers["Content-Type"] == "text/event-stream"
        events.until("connections", lambda html: "None is open" in html)
        client = streams.connect(proxy.port, "party.test", server.port)
        client.sendall(b"echo\nhello\n")
        assert client.recv(100)
        shown = events.until("connections", lambda html: "relaying" in html)
        assert f"party.test:{server.port}" in shown and "TLS 1.3" in shown and "local mode wrap" in shown
        assert "trusted" in events.until("parties", lambda html: "Evidence" in html)
        status = proxy.status()
        [judgement] = status["parties"][0]["judgements"]
        assert judgement["verdict"] == "pass" and judgement["destination"] == f"party.test:{server.port}"
        assert {finding["assessor"] for finding in judgement["findings"]} == {"openpgp", "dane", "pkix"}
        [connection] = [each for each in status["connections"] if each["party"]]
        assert connection["local"] == "wrap" and connection["alpn"] == "" and status["open"] == 1
        client.close()
        events.until("connections", lambda html: "None is open" in html)


def test_who_comes_is_not_shown_an_older_state(latchkey, pki):
    with ByteServer(pki.server()) as server, latchkey(server) as proxy, Events(StatusPage(proxy)) as first:
        client = streams.connect(proxy.port, "party.test", server.port)
        client.sendall(b"echo\n")
        first.until("connections", lambda html: "relaying" in html)
        client.close()
        proxy.until(lambda status: status["open"] == 0, "has closed it")
        with Events(StatusPage(proxy)) as second:
            assert "None is open" in second.until("connections", bool)


def test_a_refusal_appears(module_proxy):
    page = StatusPage(module_proxy)
    with Events(page) as events:
        events.until("refusals", lambda html: "<h2" in html)
        page.ask("GET", "http://nobody.test/")
        events.until("refusals", lambda html: "nobody.test" in html)


def test_a_token_that_is_pulled_is_seen_gone(latchkey, pki, home):
    with UsbTestbed() as usb:
        soft = tokens.make(home / "token", pki.client("p256"), pin="43210987")
        usb.plug()
        with latchkey(token=TokenOnUsb(soft, usb)) as proxy, Events(StatusPage(proxy)) as events:
            events.until("state", lambda html: "is armed" in html)
            usb.pull()
            events.until("state", lambda html: "No token is plugged in" in html)
            usb.plug()
            events.until("state", lambda html: "is armed" in html)


def test_a_browser_that_does_not_know_the_local_ca_is_named(latchkey, pki):
    with ByteServer(pki.server()) as server, latchkey(server) as proxy, Events(StatusPage(proxy)) as events:
        events.until("next", lambda html: "latchkey ca install" in html)
        (proxy.folder / ".config/chromium").mkdir(parents=True)
        assert proxy.run("reload").returncode == 0
        assert "Latchkey CA for party.test" in events.until("care", lambda html: "Chromium" in html)
        assert proxy.run("ca", "install").returncode == 0
        assert proxy.run("reload").returncode == 0
        events.until("care", lambda html: "Chromium" not in html)
        events.until("next", lambda html: "latchkey ca install" not in html)


def test_nothing_is_sent_while_nothing_changes(latchkey):
    with latchkey() as proxy, Events(StatusPage(proxy)) as events:
        events.until("next", bool)
        assert events.quiet(1.5)


def test_only_so_many_may_listen(module_proxy):
    page = StatusPage(module_proxy)
    with contextlib.ExitStack() as stack:
        several = [stack.enter_context(Events(page)) for _ in range(16)]
        assert {each.status for each in several} == {200}
        assert page.ask("GET", "/events")[0] == 503
        assert page.ask("GET", "/")[0] == 200
        several[0].close()
        module_proxy.until(lambda _: page.ask("HEAD", "/events")[0] == 200, "has room for a listener again")


def test_who_listens_is_sent_away_at_the_end(latchkey):
    with latchkey() as proxy:
        events = Events(StatusPage(proxy))
        events.until("next", bool)
    events.ends()
    events.close()


@pytest.mark.parametrize("headers, status", [({"Origin": "http://evil.example"}, 403), ({"Sec-Fetch-Site": "cross-site"}, 403)], ids=str)
def test_events_are_for_no_other_origin(module_proxy, headers, status):
    assert StatusPage(module_proxy).ask("GET", "/events", headers=headers)[0] == status


def read_slowly(stream, bytes_per_second):
    """Everything up to the end, in pieces that keep to that."""
    text = b""
    begin = time.monotonic()
    while piece := stream.recv(256):
        text += piece
        ahead = len(text) / bytes_per_second - (time.monotonic() - begin)
        if ahead > 0:
            time.sleep(ahead)
    return text


def test_a_reader_of_2_kb_a_second_gets_the_page_and_keeps_nobody_waiting(module_proxy):
    page = StatusPage(module_proxy)
    with socket.socket() as slow, concurrent.futures.ThreadPoolExecutor(1) as pool:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        slow.connect(("127.0.0.1", page.port))
        slow.sendall(f"GET / HTTP/1.1\r\nHost: {page.host}\r\nAccept: text/html\r\n\r\n".encode())
        whole = pool.submit(read_slowly, slow, 2000)
        begin = time.monotonic()
        for _ in range(5):
            page.html()
        assert time.monotonic() - begin < 1 and not whole.done()
        assert whole.result().endswith(b"</html>\n")


def test_a_listener_that_does_not_read_keeps_nobody_waiting(module_proxy):
    page = StatusPage(module_proxy)
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        slow.connect(("127.0.0.1", page.port))
        slow.sendall(f"GET /events HTTP/1.1\r\nHost: {page.host}\r\n\r\n".encode())
        with Events(page) as events:
            events.until("next", bool)
        assert "Latchkey" in page.html()
