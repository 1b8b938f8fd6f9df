"""A hostile web page in the user's own Chromium or Firefox: it can read and change nothing of Latchkey's, and reach nobody by it."""
import http.server
import re
import socket
import urllib.request

import pytest

from support.browser_world import EVIL, REBOUND
from support.on_thread import OnThread

# Every way in which a page can ask another origin for something, and what it learns by it.
ATTACK = """
function element(name, attribute, address, more = {}) {
  return new Promise((done) => {
    const made = Object.assign(document.createElement(name), more);
    made.onload = () => done(typeof FindProxyForURL === "function" ? "read" : "loaded");
    made.onerror = () => done("refused");
    made[attribute] = address;
    document.body.append(made);
    setTimeout(() => done("nothing"), 1000);
  });
}
async function fetched(address, options) {
  try {
    const answer = await fetch(address, options);
    return answer.type === "opaque" ? "opaque" : answer.status + " " + (await answer.text());
  } catch (error) { return "refused"; }
}
function framed(address) {
  return new Promise((done) => {
    const frame = document.createElement("iframe");
    frame.src = address;
    frame.onload = () => {
      try { done(frame.contentDocument ? "read " + frame.contentDocument.documentElement.innerText : "closed"); }
      catch (error) { done("closed"); }
    };
    document.body.append(frame);
    setTimeout(() => done("nothing"), 1000);
  });
}
function posted(address) {
  const frame = document.createElement("iframe"), form = document.createElement("form");
  frame.name = "target" + Math.random();
  document.body.append(frame, form);
  Object.assign(form, { action: address, method: "POST", target: frame.name, enctype: "text/plain" });
  form.innerHTML = '<input name="token" value="x">';
  return new Promise((done) => {
    frame.onload = () => { try { done("read " + frame.contentDocument.body.innerText); } catch (error) { done("closed"); } };
    form.submit();
    setTimeout(() => done("nothing"), 1000);
  });
}
function listened(address) {
  return new Promise((done) => {
    const source = new EventSource(address);
    source.onopen = source.onmessage = () => done("opened");
    source.onerror = () => { source.close(); done("refused"); };
  });
}
function socket(address) {
  return new Promise((done) => {
    const made = new WebSocket(address.replace("http:", "ws:"));
    made.onopen = () => done("opened");
    made.onerror = () => done("refused");
  });
}
const ways = {
  "fetch": (to) => fetched(to, {}),
  "fetch, no-cors": (to) => fetched(to, { mode: "no-cors" }),
  "fetch, with credentials": (to) => fetched(to, { credentials: "include" }),
  "fetch, POST": (to) => fetched(to, { method: "POST", body: "token=x" }),
  "fetch, POST, no-cors": (to) => fetched(to, { method: "POST", mode: "no-cors", body: "token=x" }),
  "fetch, preflight": (to) => fetched(to, { method: "POST", headers: { "X-Latchkey": "x" } }),
  "script": (to) => element("script", "src", to),
  "picture": (to) => element("img", "src", to),
  "style sheet": (to) => element("link", "href", to, { rel: "stylesheet" }),
  "object": (to) => element("object", "data", to),
  "video": (to) => element("video", "src", to),
  "frame": framed,
  "form": posted,
  "events": listened,
  "WebSocket": socket,
};
const learnt = {};
await Promise.all(Object.entries(ways).map(async ([name, way]) => { learnt[name] = await way(address); }));
return learnt;"""
HARMLESS = {"refused", "nothing", "closed"}


class Page(http.server.BaseHTTPRequestHandler):
    """An empty page, or what the server is told to say; whoever asks is noted."""

    def do_GET(self):
        if self.server.says is None:  # over, and this is a spare connection of the browser's
            return
        self.server.asked.append(self.path)
        body, kind = self.server.says
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


class Served(OnThread, http.server.HTTPServer):
    """Says that to everybody, inside its block."""

    def __init__(self, text, kind="text/html", address="127.0.0.1", port=0):
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.says, self.asked = (text.encode(), kind), []
        super().__init__((address, port), Page)

    def __exit__(self, *_):
        self.says = None
        super().__exit__()


@pytest.fixture(scope="module")
def hostile():
    """The server of the hostile page."""
    with Served("<!doctype html><title>another origin</title><body>") as server:
        yield server


def attack(browser, address):
    return browser.run(f"const address = {address!r}; {ATTACK}")


def paths(world):
    """What we serve, and what the forms of the status page go to."""
    page = urllib.request.Request(f"http://127.0.0.1:{world.proxy.port}/", headers={"Accept": "text/html"})
    with urllib.request.urlopen(page) as answer:
        found = set(re.findall(r"""(?:action|src|href)=["'](/[^"']*)""", answer.read().decode()))
    assert "/lock" in found
    return ["/proxy.pac", "/events", *sorted(found)]


@pytest.mark.parametrize("origin", [EVIL, "127.0.0.1", "localhost"])
def test_a_page_of_another_origin_learns_and_changes_nothing(world, hostile, origin):
    for path in paths(world):
        assert world.browser.open(f"http://{origin}:{hostile.server_port}/") is None
        found = attack(world.browser, f"http://127.0.0.1:{world.proxy.port}{path}")
        assert set(found.values()) <= HARMLESS, (path, found)
    status = world.proxy.status()
    assert status["armed"] and len(status["parties"]) == 4


def test_a_partys_own_page_learns_and_changes_nothing(world):
    world.browser.open(world.sites["h2"].address)
    found = attack(world.browser, f"http://127.0.0.1:{world.proxy.port}/")
    assert set(found.values()) <= HARMLESS, found


def test_the_same_attack_does_learn_from_a_port_that_is_not_protected(world, hostile):
    with Served("function FindProxyForURL() {}", "text/javascript") as unprotected:
        world.browser.open(f"http://{EVIL}:{hostile.server_port}/")
        found = attack(world.browser, f"http://127.0.0.1:{unprotected.server_port}/proxy.pac")
    assert found["script"] == "read" and found["fetch, no-cors"] == found["fetch, POST, no-cors"] == "opaque"


def test_a_rebound_name_is_answered_with_421(world):
    """The attacker's name has two addresses: his server's, which ends once it has given out its page, and ours. So for the
    browser his page and ours are of one origin."""
    port, browser = world.proxy.port, world.browser
    with Served("<!doctype html><title>the attacker</title><body>", address="::1", port=port):
        assert browser.open(f"http://{REBOUND}:{port}/") is None
        assert browser.run("return document.title") == "the attacker"
    for path in paths(world):
        found = attack(browser, path)
        for name in ("fetch", "fetch, with credentials", "fetch, POST", "fetch, POST, no-cors", "fetch, preflight"):
            assert found[name].startswith("421 "), (path, name, found)
        assert found["events"] == found["WebSocket"] == "refused", (path, found)
        assert not any("FindProxyForURL" in text or "new.test" in text for text in found.values()), (path, found)
    browser.reload()
    assert "421" in browser.text and "new.test" not in browser.text
    assert world.proxy.status()["armed"]


def test_a_page_cannot_use_the_port_as_a_proxy(world, hostile):
    """Neither by an address within an address, nor by CONNECT; and what the PAC sends to us is parties only."""
    with Served("secret") as inside:
        world.browser.open(f"http://{EVIL}:{hostile.server_port}/")
        target = f"127.0.0.1:{inside.server_port}"
        for address in (f"/http://{target}/", f"//{target}/", f"/?http://{target}/", f"/@{target}/"):
            found = attack(world.browser, f"http://127.0.0.1:{world.proxy.port}{address}")
            assert set(found.values()) <= HARMLESS, (address, found)
        assert world.browser.run("try { await fetch('/', { method: 'CONNECT' }); return 'sent'; } catch (error) { return error.name; }") == "TypeError"
        assert inside.asked == []


def test_a_browser_that_sends_us_everything_reaches_parties_only(world, hostile, tmp_path):
    """As if its user had typed our address in as the proxy for all there is."""
    script = tmp_path / "all.pac"
    script.write_text(f'function FindProxyForURL() {{ return "PROXY 127.0.0.1:{world.proxy.port}"; }}')
    with Served(script.read_text(), "application/x-ns-proxy-autoconfig") as pac, \
            type(world.browser)(tmp_path, world.proxy, pac=f"http://127.0.0.1:{pac.server_port}/") as browser:
        browser.open(f"http://{EVIL}:{hostile.server_port}/here")
        assert "another origin" not in browser.html and "/here" not in hostile.asked
        assert browser.open(world.sites["h2"].address) is None and "party's page" in browser.text


def test_the_user_sees_the_status_page(world):
    world.browser.open(f"http://127.0.0.1:{world.proxy.port}/")
    assert "demo.latchkey.test" in world.browser.text


def test_a_browser_that_has_loaded_the_pac_goes_through_us(world):
    assert world.browser.open("http://demo.latchkey.test/") is None
    assert "TLS" in world.browser.text
