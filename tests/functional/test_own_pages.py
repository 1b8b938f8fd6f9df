"""Our own pages are for programs of this user and for no web page: Host, Origin and Sec-Fetch-Site are looked at."""
import http.client

import pytest

PAGES = ["/proxy.pac", "/", "/status.js", "/status.css", "/icon.svg"]


@pytest.fixture(scope="module")
def ask(module_proxy):
    """ask(path, **headers) -> (status, headers, body) of our own pages, each on a connection of its own."""
    def ask(path, host="127.0.0.1:{}", method="GET", **headers):
        connection = http.client.HTTPConnection("127.0.0.1", module_proxy.port, timeout=10)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Host": host.format(module_proxy.port), **headers})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, answer.headers, body
    return ask


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("host", ["127.0.0.1:{}", "localhost:{}"])
def test_a_page_is_served_under_our_own_names(ask, path, host):
    status, headers, body = ask(path, host)
    assert status == 200 and body
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("path", [*PAGES, "/events", "/lock"])
@pytest.mark.parametrize("host", ["rebound.example:{}", "127.0.0.1", "127.0.0.1:1", "localhost.rebound.example:{}", "localhost.:{}", "127.0.0.1.:{}",
                                  "demo.latchkey.test", "127.0.0.2:{}"])
def test_any_other_host_gets_421(ask, path, host):
    status, headers, body = ask(path, host)
    assert status == 421
    assert "FindProxyForURL" not in body and "demo.latchkey.test" not in body.replace(host, "")
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("path", [*PAGES, "/events", "/lock"])
@pytest.mark.parametrize("name, value", [("Origin", "https://evil.example"), ("Origin", "null"),
                                         ("Sec_Fetch_Site", "cross-site"), ("Sec_Fetch_Site", "same-site")])
def test_a_web_page_of_another_origin_is_refused(ask, path, name, value):
    status, _, body = ask(path, **{name: value})
    assert status == 403
    assert "FindProxyForURL" not in body


@pytest.mark.parametrize("value", ["none", "same-origin"])
def test_a_user_who_types_the_address_is_served(ask, value):
    assert ask("/", Sec_Fetch_Site=value)[0] == 200


def test_the_pac_script_names_the_parties_and_the_port(ask, module_proxy):
    status, headers, script = ask("/proxy.pac")
    assert status == 200 and headers["Content-Type"] == "application/x-ns-proxy-autoconfig"
    assert "demo.latchkey.test" in script and f"PROXY 127.0.0.1:{module_proxy.port}" in script


@pytest.mark.parametrize("path, kind", [("/", "text/plain; charset=utf-8"), ("/status.js", "text/javascript; charset=utf-8"),
                                        ("/status.css", "text/css; charset=utf-8"), ("/icon.svg", "image/svg+xml")])
def test_a_page_has_its_exact_type(ask, path, kind):
    assert ask(path)[1]["Content-Type"] == kind


def test_the_status_page_may_use_what_is_its_own_and_nothing_else(ask):
    _, headers, html = ask("/", Accept="text/html")
    policy = headers["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert {"frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "script-src 'self'", "style-src 'self'"} <= set(policy)
    assert "unsafe" not in headers["Content-Security-Policy"] and "*" not in headers["Content-Security-Policy"]
    assert "<style" not in html and "style=" not in html and "onclick" not in html


def test_a_page_that_is_not_there_is_404(ask):
    assert ask("/nothing")[0] == 404


def test_our_pages_are_only_read(ask):
    assert ask("/", method="POST")[0] == 405
