"""The status page in Chromium and Firefox: alive, usable by keyboard and without script, and with a word for everything."""
import ssl

import pytest

from support import streams, wait
from support.browsers import Chromium

SECONDS = 20


@pytest.fixture
def page(world):
    """The browser, on the status page, with the token in and nothing open."""
    if not world.proxy.status()["armed"]:
        assert world.proxy.run("unlock").returncode == 0
        world.proxy.until(lambda status: status["armed"], "is armed")
    world.browser.open(f"http://127.0.0.1:{world.proxy.port}/")
    wait.until(lambda: world.browser.run("return document.getElementById('live').textContent") == "This page is live. ", "the page is live", SECONDS)
    return world.browser


def shows(browser, part, text):
    """Waits until that part of the page says so."""
    wait.until(lambda: text in browser.run(f"return document.getElementById('{part}').innerText"), f"{part} says {text}", SECONDS)


def lists(browser, count):
    """Waits until the page lists so many connections."""
    wait.until(lambda: browser.run("return document.querySelectorAll('#connections tbody tr').length") == count, f"{count} are listed", SECONDS)


@pytest.fixture
def tunnels(world):
    """Six connections of programs': three speak TLS themselves, three send half a request in plaintext."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    made = []
    for site in list(world.sites.values()) * 3:
        stream = streams.connect(world.proxy.port, site.host, site.port)
        if site.protocol == "h2":
            stream = context.wrap_socket(stream, server_hostname=site.host)
        stream.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" if site.protocol == "h2" else b"GET / HTTP/1.1\r\nHost: old.test\r\n")
        made.append(stream)
    world.proxy.until(lambda status: sum(each["phase"] == "relaying" for each in status["connections"]) == len(made), "relays them")
    yield made
    for each in made:
        each.close()
    world.proxy.until(lambda status: status["open"] == 0, "has closed them")


def test_a_connection_comes_and_goes_without_a_reload(world, page, tunnels):
    lists(page, len(tunnels))
    page.run("""
        window.mark = 'the same document';
        document.querySelector('#next summary').focus();
        document.activeElement.scrollIntoView({ block: 'center' });
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));""")
    where = page.run("return document.activeElement.getBoundingClientRect().top")
    tunnels[0].close()
    lists(page, len(tunnels) - 1)
    assert page.run("return [window.mark, document.activeElement.tagName]") == ["the same document", "SUMMARY"]
    assert abs(page.run("return document.activeElement.getBoundingClientRect().top") - where) < 2


def test_what_is_folded_open_stays_open(world, page):
    page.run("document.querySelector('#next summary').click(); document.getElementById('lock').click()")
    shows(page, "state", "Your token is locked")
    shows(page, "next", "Arm your token.")
    assert page.run("return document.querySelector('#next details').open")


def test_a_connection_is_closed_by_its_button(world, page, tunnels):
    lists(page, len(tunnels))
    page.run("document.querySelector('#connections button').focus(); document.activeElement.click()")
    lists(page, len(tunnels) - 1)
    assert page.run("return [document.activeElement.id, document.getElementById('said').textContent]") == ["connections-title", "Done."]
    assert world.proxy.status()["open"] == len(tunnels) - 1


def test_the_token_that_is_pulled_is_told_of(world, page):
    world.usb.pull()
    shows(page, "state", "No token is plugged in")
    world.usb.plug()
    shows(page, "state", "Your token is armed")


def test_the_console_is_silent(world, page):
    if isinstance(page, Chromium):
        page.devtools.ask("Log.enable")
        page.reload()
        shows(page, "state", "Your token is armed")
        assert not page.devtools.told("Log.entryAdded")
        page.run("document.body.setAttribute('style', 'color: red'); await new Promise((done) => setTimeout(done, 0))")
        assert "Content Security Policy" in page.devtools.told("Log.entryAdded")[0]["entry"]["text"]


# --- Chromium alone, which lets a test be a keyboard, a small screen, and a screen reader ---

@pytest.fixture
def chromium(page):
    if not isinstance(page, Chromium):
        pytest.skip("is asked of Chromium")
    return page


def press(browser, key, text=""):
    for kind in ("rawKeyDown", "char", "keyUp") if text else ("rawKeyDown", "keyUp"):
        browser.devtools.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, text=text if kind == "char" else "",
                             windowsVirtualKeyCode={"Tab": 9, "Enter": 13}[key])


def test_the_token_is_locked_by_keyboard_alone(world, chromium):
    visited = []
    for _ in range(10):
        press(chromium, "Tab")
        visited.append(chromium.run("return document.activeElement.id || document.activeElement.className"))
        outline = chromium.run("return getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", visited
        if visited[-1] == "lock":
            break
    assert visited[0] == "skip" and visited[-1] == "lock" and len(visited) <= 3
    press(chromium, "Enter", text="\r")
    shows(chromium, "state", "Your token is locked")
    assert chromium.run("return document.activeElement.id") == "state-title"
    assert world.proxy.status()["token"]["state"] == "locked"


def test_without_script_the_page_is_whole_and_its_buttons_work(world, chromium):
    chromium.devtools.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        chromium.reload()
        assert chromium.run("return document.getElementById('live').textContent").endswith("Load again")
        chromium.run("document.getElementById('lock').focus()")
        press(chromium, "Enter", text="\r")
        wait.until(lambda: "Your token is locked" in chromium.run("return document.documentElement?.textContent ?? ''"), "the page says so", SECONDS)
        assert chromium.run("return location.pathname + location.hash") == "/#state"
    finally:
        chromium.devtools.ask("Emulation.setScriptExecutionDisabled", value=False)


def test_a_screen_reader_finds_names_and_headings_in_order(world, chromium, tunnels):
    lists(chromium, len(tunnels))
    nodes = chromium.devtools.ask("Accessibility.getFullAXTree")["nodes"]

    def all_of(role):
        return [node for node in nodes if not node["ignored"] and node["role"]["value"] == role]

    def level(node):
        return next(each["value"]["value"] for each in node["properties"] if each["name"] == "level")

    buttons = [node["name"]["value"] for node in all_of("button")]
    assert "Lock the token" in buttons and f"Close the connection to old.test:{world.sites['http/1.1'].port}" in buttons and all(buttons)
    levels = [level(node) for node in all_of("heading")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:]))
    assert {node["name"]["value"] for node in all_of("region")} >= {"Connections", "Parties", "Token", "What to do next", "Last refusals"}
    assert len(all_of("main")) == 1 and len(all_of("table")) >= 2
    assert all(node["name"]["value"] for node in all_of("columnheader") + all_of("rowheader") + all_of("table"))
    assert all_of("rowheader") and all(node["name"]["value"] for node in all_of("link"))


SCREENS = {"desktop": (1280, 900), "phone": (360, 740), "desktop at 200 %": (640, 450)}


def look(browser, screen, scheme):
    width, height = SCREENS[screen]
    browser.devtools.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
    browser.devtools.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme},
                                                                     {"name": "prefers-reduced-motion", "value": "reduce"}])


@pytest.mark.parametrize("busy", [False, True], ids=["empty", "busy"])
def test_it_fits_every_screen(world, chromium, artifact, request, busy):
    if busy:
        request.getfixturevalue("tunnels")
        for host, site in (("expired.test", world.expired), ("nobody.test", world.expired)):
            assert streams.rest(streams.send(world.proxy.port, f"GET http://{host}:{site.port}/ HTTP/1.1\r\nHost: x\r\n\r\n"))
        world.proxy.until(lambda status: len(status["refusals"]) >= 2, "has refused two")
        shows(chromium, "refusals", "nobody.test")
    try:
        for screen in SCREENS:
            for scheme in ("light", "dark"):
                look(chromium, screen, scheme)
                assert chromium.run("return document.documentElement.scrollWidth <= innerWidth"), screen
                chromium.whole_screenshot(artifact(f"status page, {screen}, {scheme}, {'busy' if busy else 'empty'}"))
    finally:
        chromium.devtools.ask("Emulation.clearDeviceMetricsOverride")
