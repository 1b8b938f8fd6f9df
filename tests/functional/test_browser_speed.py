"""What a page costs through us, beside the same page without us: the same server, the same run, turn by turn."""
import contextlib
import socket
import ssl
import statistics
import subprocess
import time

import pytest

from support import streams, wait
from support.browser_world import BrowserWorld
from support.browsers import Chromium

# Two equal browsers differ by 6 percent in the medians of 30, and by 3 in those of 120; one that has loaded 240 pages is slower by
# 6 than one that has just begun. So each is compared with one of its age, and there are several pairs.
PAIRS = 6
LOADS = 20
REQUESTS = 200
pytestmark = [pytest.mark.alone, pytest.mark.slow, pytest.mark.seconds(480)]


@pytest.fixture(scope="module")
def world(pki, tmp_path_factory):
    """With Chromium alone."""
    with BrowserWorld(tmp_path_factory.mktemp("speed"), pki, Chromium) as made:
        yield made


@contextlib.contextmanager
def both(world, pki, folder):
    """Two Chromiums that have just begun: one as a user of Latchkey has it, and one that knows the address of the site and its
    CA, and nothing of Latchkey."""
    homes = [folder / "ours", folder / "theirs"]
    for home in homes:
        home.mkdir(parents=True)
    store = homes[1] / ".pki/nssdb"
    store.mkdir(parents=True)
    for command in (["-N", "--empty-password"], ["-A", "-t", "C,,", "-n", "root", "-i", str(pki.root.certificate)]):
        subprocess.run(["certutil", *command, "-d", f"sql:{store}"], check=True)
    files = {"/etc/hosts": f"127.0.0.1 localhost {world.sites['h2'].host}\n"}
    with Chromium(homes[0], world.proxy, files=files) as ours, Chromium(homes[1], files=files) as theirs:
        yield ours, theirs


def leave(browser, site):
    """Has the site close the browser's connections, so that the next page opens a new one."""
    before = len(site.told("left"))
    browser.run("await fetch('/leave')")
    wait.until(lambda: len(site.told("left")) > before, "the connection is closed")


def load(browser, site):
    """The milliseconds that a page with 100 scripts takes."""
    assert browser.open(site.address + "scripts") is None
    took, scripts = browser.run("return [performance.getEntriesByType('navigation')[0].loadEventStart, window.ran]")
    assert scripts == 100
    return took


def compare(browsers, site, connection, loads):
    """What each browser's loads took, turn by turn."""
    took = [[] for _ in browsers]
    for number in range(-3, loads):
        for browser, times in zip(browsers, took):
            if connection == "new" and number > -3:
                leave(browser, site)
            milliseconds = load(browser, site)
            if number >= 0:
                times.append(milliseconds)
    return took


@pytest.mark.parametrize("connection", ["new", "kept"])
def test_a_page_takes_at_most_15_percent_more(world, pki, tmp_path, measured, connection):
    ours, theirs = [], []
    for pair in range(PAIRS):
        with both(world, pki, tmp_path / str(pair)) as browsers:
            for times, more in zip((ours, theirs), compare(browsers, world.sites["h2"], connection, LOADS)):
                times += more
    through_us, without_us = statistics.median(ours), statistics.median(theirs)
    measured(f"a page with 100 resources, {connection} connection, median of {len(ours)}", f"{through_us:.0f} ms, without us {without_us:.0f} ms")
    assert through_us <= 1.15 * without_us


def test_the_first_byte_comes_at_most_3_ms_later(world, measured):
    site = world.sites["http/1.1"]
    trusted = ssl.create_default_context(cadata=world.proxy.run("ca", "export").stdout)
    through = trusted.wrap_socket(streams.connect(world.proxy.port, site.host, site.port), server_hostname=site.host)
    direct = ssl._create_unverified_context().wrap_socket(socket.create_connection(("127.0.0.1", site.port)))
    took = {through: [], direct: []}
    for _ in range(REQUESTS):
        for stream, times in took.items():
            began = time.perf_counter()
            stream.sendall(b"GET /r1 HTTP/1.1\r\nHost: old.test\r\n\r\n")
            answer = stream.recv(1)
            times.append(1000 * (time.perf_counter() - began))
            while not answer.endswith(b"0\r\n\r\n"):
                answer += stream.recv(65536)
    ours, theirs = (statistics.median(times) for times in took.values())
    measured(f"first byte on a connection that is kept, median of {REQUESTS}", f"{ours:.2f} ms, without us {theirs:.2f} ms")
    for stream in took:
        stream.close()
    assert ours <= theirs + 3
