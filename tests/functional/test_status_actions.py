"""The status page's buttons change something for a form of that page, and for nothing else."""
import pytest

from support import streams
from support.servers import ByteServer
from support.status_pages import Events, StatusPage


@pytest.fixture(scope="module")
def page(module_proxy):
    return StatusPage(module_proxy)


def refused(page, proxy, status, *arguments, **headers):
    """That form changes nothing, and is answered so."""
    answer, _, text = page.send(*arguments, **headers)
    assert answer == status, text
    assert proxy.status()["armed"]
    return text


@pytest.mark.parametrize("headers, status", [
    ({"Origin": None}, 403), ({"Origin": "null"}, 403), ({"Origin": "http://evil.example"}, 403), ({"Origin": "https://127.0.0.1"}, 403),
    ({"Origin": "http://127.0.0.1:1"}, 403), ({"Sec_Fetch_Site": "cross-site"}, 403), ({"Sec_Fetch_Site": "same-site"}, 403),
    ({"Host": "rebound.example"}, 421), ({"Host": "127.0.0.1"}, 421), ({"Content_Type": "text/plain"}, 415), ({"Content_Type": None}, 415),
    ({"Content_Type": "multipart/form-data; boundary=x"}, 415)], ids=str)
def test_a_form_with_one_wrong_header_locks_nothing(page, module_proxy, headers, status):
    refused(page, module_proxy, status, "/lock", {"key": page.key()}, **headers)


def test_a_form_needs_the_key_of_the_page(page, module_proxy):
    key = page.key()
    for wrong in ({}, {"key": ""}, {"key": "0" * 64}, {"key": key[:-1]}, {"key": key + "0"}, {"key": key.upper() + " "}):
        refused(page, module_proxy, 403, "/lock", wrong)
    refused(page, module_proxy, 403, f"/lock?key={key}", {})


def test_a_form_that_cannot_be_read_is_refused(page, module_proxy):
    key = page.key()
    refused(page, module_proxy, 400, "/lock", [("key", key), ("key", key)])
    refused(page, module_proxy, 400, "/lock", {"key": key, "x": "\n"})
    refused(page, module_proxy, 413, "/lock", {"key": key, "x": "x" * 4096})


def test_a_large_body_is_refused_before_it_is_read(page, module_proxy):
    refused(page, module_proxy, 413, "/lock", {"key": page.key()}, Content_Length=str(10**12))


def test_a_large_body_in_chunks_is_refused(page, module_proxy):
    chunk = "400\r\n" + "x" * 0x400 + "\r\n"
    headers = {"Origin": page.origin, "Content-Type": "application/x-www-form-urlencoded", "Transfer-Encoding": "chunked"}
    assert page.ask("POST", "/lock", chunk * 5 + "0\r\n\r\n", headers)[0] == 413
    assert module_proxy.status()["armed"]


@pytest.mark.parametrize("path", ["/lock", "/close", "/answer"])
def test_a_button_is_no_link(page, module_proxy, path):
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
        status, headers, _ = page.ask(method, f"{path}?key={page.key()}")
        assert status == 405 and headers["Allow"] == "POST", method
    assert module_proxy.status()["armed"]


@pytest.mark.parametrize("path", ["/", "/proxy.pac", "/events", "/status.js"])
def test_what_is_no_button_is_only_read(page, path):
    status, headers, _ = page.send(path, {"key": page.key()})
    assert status == 405 and headers["Allow"] == "GET, HEAD"


def test_nothing_is_for_other_origins(page):
    for method, path in (("GET", "/"), ("OPTIONS", "/lock"), ("GET", "/events"), ("POST", "/lock")):
        _, headers, _ = page.ask(method, path, headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"})
        assert not [name for name in headers if name.lower().startswith("access-control-")]


def test_a_question_that_nobody_asked_needs_no_answer(page):
    status, headers, _ = page.send("/answer", {"key": page.key(), "question": "1", "choice": "0"})
    assert status == 303 and headers["Location"] == "/#questions"


def test_lock_locks_and_leads_back(latchkey):
    with latchkey() as proxy:
        page = StatusPage(proxy)
        status, headers, _ = page.send("/lock", {"key": page.key()})
        assert status == 303 and headers["Location"] == "/#state"
        assert proxy.status()["token"]["state"] == "locked"
        html = page.html()
        assert "Your token is locked" in html and "latchkey unlock" in html and 'action="/lock"' not in html


def test_close_closes_that_connection_and_no_other(latchkey, pki):
    with ByteServer(pki.server()) as server, latchkey(server) as proxy:
        page = StatusPage(proxy)
        first, second = (streams.connect(proxy.port, "party.test", server.port) for _ in range(2))
        for client in (first, second):
            client.sendall(b"echo\nhello\n")
            assert client.recv(100)
        one, other = [each["id"] for each in proxy.status()["connections"] if each["party"]]
        assert page.html().count('action="/close"') == 2
        for nothing in ("", "0", "-1", "1e3", str(one) + "x", str(2**64)):
            assert page.send("/close", {"key": page.key(), "connection": nothing})[0] == 303
        assert page.send("/close", {"key": page.key(), "connection": str(one)})[0] == 303
        assert streams.ended(first)
        second.sendall(b"still\n")
        assert second.recv(100)
        assert [each["id"] for each in proxy.status()["connections"] if each["party"]] == [other]
        assert page.send("/close", {"key": page.key(), "connection": str(one)})[0] == 303
        second.close()


def test_the_pages_own_connections_are_not_closed_by_a_form(page, module_proxy):
    with Events(page) as events:
        events.until("next", bool)
        own = next(each for each in module_proxy.status()["connections"] if each["phase"] == "listening")
        assert page.send("/close", {"key": page.key(), "connection": str(own["id"])})[0] == 303
        assert own["id"] in [each["id"] for each in module_proxy.status()["connections"]]


def test_the_key_of_an_earlier_start_is_no_good(latchkey):
    proxy = latchkey()
    with proxy:
        key = StatusPage(proxy).key()
    with proxy:
        refused(StatusPage(proxy), proxy, 403, "/lock", {"key": key})
