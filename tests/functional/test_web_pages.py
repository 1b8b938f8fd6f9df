"""A real browser: a web page of another origin can read neither the PAC script nor the status page."""
import http.server
import json
import shutil
import subprocess
import threading

import pytest

BROWSER = shutil.which("chromium")

# Tries each way in which a page could read us; writes what it learnt into its own body.
_PAGE = """<!doctype html><title>another origin</title><body><script>
const base = "http://127.0.0.1:%d";
const learnt = {};
function script(path) {
  return new Promise((done) => {
    const element = document.createElement("script");
    element.onload = () => done(typeof FindProxyForURL === "function" ? "read" : "loaded, nothing learnt");
    element.onerror = () => done("refused");
    element.src = base + path;
    document.head.append(element);
  });
}
function picture(path) {
  return new Promise((done) => {
    const element = new Image();
    element.onload = () => done("read");
    element.onerror = () => done("refused");
    element.src = base + path;
  });
}
async function fetched(path, options) {
  try {
    const answer = await fetch(base + path, options);
    return answer.type === "opaque" ? "opaque" : "read " + (await answer.text()).length;
  } catch (error) { return "refused"; }
}
async function all() {
  for (const path of ["/proxy.pac", "/"]) {
    learnt["fetch " + path] = await fetched(path, {});
    learnt["no-cors " + path] = await fetched(path, { mode: "no-cors" });
    learnt["script " + path] = await script(path);
    learnt["picture " + path] = await picture(path);
  }
  document.body.textContent = "LEARNT " + JSON.stringify(learnt) + " END";
}
all();
</script>"""


@pytest.fixture
def serve():
    """serve(text) -> the port of an origin of its own, which answers everything with that page or script."""
    running = []

    def serve(text, kind="text/html"):
        class Page(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = text.encode()
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        running.append((server, thread))
        return server.server_port

    yield serve
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


def browse(page, home, *options):
    """The page, named by its port or address, as headless Chromium has it once its scripts are done."""
    address = f"http://127.0.0.1:{page}/" if isinstance(page, int) else page
    return subprocess.run(
        [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         f"--user-data-dir={home}/browser", "--virtual-time-budget=10000", "--dump-dom", *options, address],
        capture_output=True, text=True, timeout=90, env={"HOME": str(home), "PATH": "/usr/bin:/bin"}).stdout


def learnt(page):
    return json.loads(page.partition("LEARNT ")[2].partition(" END")[0].replace("&quot;", '"'))


def test_a_page_of_another_origin_learns_nothing(latchkey, serve, home):
    with latchkey() as proxy:
        found = learnt(browse(serve(_PAGE % proxy.port), home))
    assert len(found) == 8
    assert set(found.values()) == {"refused"}, found


def test_the_same_page_does_learn_from_a_port_that_is_not_protected(serve, home):
    unprotected = serve("function FindProxyForURL() {}", "text/javascript")
    found = learnt(browse(serve(_PAGE % unprotected), home))
    assert found["script /proxy.pac"] == "read" and found["no-cors /"] == "opaque"


def test_a_rebound_name_learns_nothing(latchkey, home):
    with latchkey() as proxy:
        page = browse(f"http://rebound.test:{proxy.port}/", home, "--host-resolver-rules=MAP rebound.test 127.0.0.1")
    assert "demo.latchkey.test" not in page


def test_the_user_sees_the_status_page(latchkey, home):
    with latchkey() as proxy:
        page = browse(f"http://127.0.0.1:{proxy.port}/", home)
    assert "demo.latchkey.test" in page
def test_a_browser_that_has_loaded_the_pac_goes_through_us(latchkey, home):
    with latchkey() as proxy:
        page = browse("http://demo.latchkey.test/", home, f"--proxy-pac-url=http://127.0.0.1:{proxy.port}/proxy.pac")
    assert "TLS" in page
