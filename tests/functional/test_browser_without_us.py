"""Latchkey does not run: what Chromium and Firefox do with a party's address, and what their policies change."""
import contextlib

import pytest

from support.browser_world import HOSTS
from support.latchkey import VARIANT

POLICY_FILES = {"chromium": "/etc/chromium/policies/managed/latchkey.json", "firefox": "/etc/firefox/policies/policies.json"}
pytestmark = pytest.mark.skipif(bool(VARIANT), reason="nothing of ours runs in it")


@pytest.fixture(scope="module")
def stopped(world):
    """The world, after the browser has seen the party's page through Latchkey, which then was stopped; and what its policy is."""
    site, browser = world.sites["h2"], world.browser
    assert browser.open(site.address) is None and "party's page" in browser.text
    world.proxy.configure(world.proxy.config_file.read_text().replace('"127.0.0.1:0"', f'"127.0.0.1:{world.proxy.port}"'))
    policy = world.proxy.run("pac", "--policy", browser.name)
    assert policy.returncode == 0, policy.stderr
    world.proxy.stop()
    return world, policy.stdout


@contextlib.contextmanager
def nobody_comes(site):
    before = len(site.told("somebody"))
    yield
    assert len(site.told("somebody")) == before, "the browser went to the party by itself"


def test_a_browser_that_has_the_pac_says_that_the_proxy_is_down(stopped):
    world, _ = stopped
    for site in world.sites.values():
        with nobody_comes(site):
            assert "proxy" in world.browser.open(site.address).lower()


def another(world, home, **more):
    """The same user's browser, started anew."""
    home.mkdir()
    return type(world.browser)(home, **more)


def test_a_browser_that_starts_now_goes_to_the_party_by_itself(stopped, tmp_path):
    """Which is why the README says https://, and the doctor offers a policy: there the party's CA is not known."""
    world, _ = stopped
    site, before = world.sites["h2"], len(world.sites["h2"].told("somebody"))
    with another(world, tmp_path / "other", pac=world.browser.pac, files={"/etc/hosts": HOSTS}) as browser:
        assert "cert" in browser.open(site.address).lower()
    assert len(site.told("somebody")) > before


def test_with_the_policy_it_does_not(stopped, tmp_path):
    world, policy = stopped
    files = {"/etc/hosts": HOSTS, POLICY_FILES[world.browser.name]: policy}
    with another(world, tmp_path / "other", files=files) as browser:
        for site in world.sites.values():
            with nobody_comes(site):
                assert "proxy" in browser.open(site.address).lower()


def test_with_the_policy_it_goes_through_us_once_we_run(stopped, tmp_path):
    world, policy = stopped
    files = {"/etc/hosts": HOSTS, POLICY_FILES[world.browser.name]: policy}
    try:
        world.proxy.start()
        with another(world, tmp_path / "other", proxy=world.proxy, pac="", files=files) as browser:
            for site in world.sites.values():
                assert browser.open(site.address) is None and "party's page" in browser.text
    finally:
        world.proxy.stop()
