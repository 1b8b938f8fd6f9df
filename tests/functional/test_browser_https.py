"""https:// parties in Chromium and Firefox, which know of Latchkey only by its PAC file and `latchkey ca install`."""
import re
import time

import pytest

from support import wait
from support.browser_world import EXPIRED
from support.latchkey import SLOWNESS

SOCKET = """
    window.socket = new WebSocket(location.origin.replace("https", "wss") + "/echo");
    window.ended = new Promise((done) => { socket.onclose = () => done(true); });
    await new Promise((done) => { socket.onopen = done; });"""


def test_without_ca_install_the_browser_refuses_the_leaf_and_with_it_it_does_not(world, tmp_path):
    """In stores that the browser has made itself, wherever its version has them."""
    with type(world.browser)(tmp_path, world.proxy, trusting=False) as browser:
        assert browser.open(world.sites["h2"].address)
        assert "party's page" not in browser.text
    with type(world.browser)(tmp_path, world.proxy) as browser:
        assert browser.open(world.sites["h2"].address) is None
        assert "party's page" in browser.text
    world.proxy.until(lambda status: any("latchkey ca install" in refusal["reason"] for refusal in status["refusals"]),
                      "says what to do")


def test_a_party_that_fails_gets_a_page_of_ours_and_no_way_through(world, artifact):
    assert world.browser.open(f"https://{EXPIRED}:{world.expired.port}/index.html") is None, "it is a page, and no error of the browser's"
    assert "expired" in world.browser.text and EXPIRED in world.browser.text
    assert not re.search("<(a|button|form)[ >]", world.browser.html), "nothing to click through"
    world.browser.screenshot(artifact(f"a refused party, {world.browser.name}"))
    assert world.expired.seen() == []


def test_the_status_page_is_shown(world, artifact):
    assert world.browser.open(f"http://127.0.0.1:{world.proxy.port}/") is None
    assert "new.test" in world.browser.text
    world.browser.screenshot(artifact(f"status page, {world.browser.name}"))


def open_with_socket(world, protocol):
    """The party's page, with an open WebSocket."""
    assert world.browser.open(world.sites[protocol].address) is None and "party's page" in world.browser.text
    world.browser.run(SOCKET)


def token_back(world):
    world.usb.plug()
    world.proxy.until(lambda status: status["armed"], "is armed again", 40)


@pytest.mark.parametrize("protocol", ["h2", "http/1.1"])
def test_token_out_a_page_and_in_again_it_works(world, artifact, protocol):
    site, browser = world.sites[protocol], world.browser
    open_with_socket(world, protocol)
    world.usb.pull()
    try:
        assert browser.run("return await ended"), "the WebSocket closes"
        browser.reload()
        assert "nsert your token" in browser.text
        browser.screenshot(artifact(f"insert your token, {browser.name}"))
    finally:
        token_back(world)
    browser.reload()
    assert "party's page" in browser.text
    wait.until(lambda: set(site.seen()) == {world.client}, "nobody else was shown to the party")


@pytest.mark.parametrize("protocol", ["h2", "http/1.1"])
def test_a_download_that_the_token_cuts_short_is_no_whole_one(world, protocol):
    """Its length was not told, so that only the way in which it ends can say so."""
    open_with_socket(world, protocol)
    world.browser.run("""
        window.reader = (await fetch("/stream")).body.getReader();
        await reader.read();""")
    world.usb.pull()
    try:
        assert world.browser.run("try { await reader.read(); return 'whole'; } catch (error) { return error.name; }") == "TypeError"
    finally:
        token_back(world)


@pytest.mark.alone
@pytest.mark.parametrize("protocol", ["h2", "http/1.1"])
def test_a_second_after_the_token_the_party_is_gone(world, measured, protocol):
    open_with_socket(world, protocol)
    began = time.monotonic()
    world.usb.pull()
    try:
        assert world.browser.run("return await ended")
        world.browser.reload()
        took = time.monotonic() - began
        assert "nsert your token" in world.browser.text
    finally:
        token_back(world)
    measured(f"token out to our page in {world.browser.name}, {protocol}", f"{took * 1000:.0f} ms")
    assert took < 1 * SLOWNESS
