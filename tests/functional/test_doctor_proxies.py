"""`latchkey doctor` reads what browsers take as their proxy: Firefox's files, the desktop's settings, the environment."""
import json
import subprocess

import pytest

from support.private_files import with_files


def ask(product, before=()):
    done = subprocess.run([*before, str(product.binary), "doctor", "--json"], env=product.environment, capture_output=True,
                          text=True, timeout=60, stdin=subprocess.DEVNULL)
    report = json.loads(done.stdout)
    return next(check for check in report["checks"] if check["check"] == "proxy-settings")


@pytest.fixture
def proxy(latchkey):
    made = latchkey(listen={"address": ["127.0.0.1:6091"]}, parties=[{"hosts": ["party.test"]}])
    made.environment |= {"GSETTINGS_BACKEND": "keyfile", "XDG_CURRENT_DESKTOP": "GNOME"}
    return made


@pytest.fixture
def profile(home):
    folder = home / ".mozilla/firefox/abc.default"
    folder.mkdir(parents=True)
    (home / ".mozilla/firefox/profiles.ini").write_text("[Profile0]\nIsRelative=1\nPath=abc.default\n")
    return folder


def desktop(proxy, **settings):
    for key, value in settings.items():
        subprocess.run(["gsettings", "set", "org.gnome.system.proxy", key.replace("_", "-"), value], env=proxy.environment,
                       check=True)


def test_without_a_browser_it_is_skipped(proxy):
    assert ask(proxy)["verdict"] == "skipped"


def test_firefoxs_own_settings_are_read(proxy, profile):
    found = ask(proxy)
    assert found["verdict"] == "skipped" and "http://127.0.0.1:6091/proxy.pac" in found["to_do"], found
    (profile / "prefs.js").write_text('// Mozilla User Preferences\nuser_pref("network.proxy.type", 2);\n'
                                      'user_pref("network.proxy.autoconfig_url", "http://127.0.0.1:7000/proxy.pac");\n')
    found = ask(proxy)
    assert found["verdict"] == "warning" and "127.0.0.1:7000" in found["says"], found
    (profile / "user.js").write_text('user_pref("network.proxy.autoconfig_url", "http://localhost:6091/proxy.pac");\n')
    found = ask(proxy)
    assert found["verdict"] == "ok" and found["says"].startswith("Firefox (profile abc.default): PAC file"), found
    with (profile / "user.js").open("a") as file:
        file.write('user_pref("network.proxy.no_proxies_on", "localhost, .party.test");\n')
    found = ask(proxy)
    assert found["verdict"] == "warning" and "party.test" in found["says"], found


def test_the_desktops_settings_count_where_the_browser_has_none(proxy, profile, home):
    (home / ".config/chromium").mkdir(parents=True)
    desktop(proxy, mode="auto", autoconfig_url="http://127.0.0.1:6091/proxy.pac")
    found = ask(proxy)
    assert found["verdict"] == "ok" and "Chromium and Firefox (profile abc.default): PAC file" in found["says"], found
    proxy.environment["XDG_CURRENT_DESKTOP"] = "KDE"
    found = ask(proxy)
    assert "Chromium: not told" in found["says"] and "Firefox (profile abc.default): PAC file" in found["says"], found
    (home / "config/kioslaverc").write_text("[Proxy Settings]\nProxyType=2\nProxy Config Script=http://127.0.0.1:1/proxy.pac\n")
    found = ask(proxy)
    assert found["verdict"] == "warning" and "Chromium: PAC file http://127.0.0.1:1/" in found["says"], found


def test_the_environment_counts_where_nothing_else_does(proxy, profile):
    proxy.environment["https_proxy"] = "http://127.0.0.1:6091"
    assert ask(proxy)["verdict"] == "ok"


def test_a_policy_of_the_machine_goes_before_all(proxy, profile, home):
    policy = proxy.run("pac", "--policy", "firefox").stdout
    (profile / "prefs.js").write_text('user_pref("network.proxy.type", 0);\n')
    found = ask(proxy, with_files(home, {"/etc/firefox/policies/policies.json": policy}))
    assert found["verdict"] == "ok" and "policy" in found["says"], found
