"""What Chromium and Firefox do by themselves with each kind of bad server, beside what they see through Latchkey: the table
in docs/bad-servers.md is what is found here."""
import contextlib
import pathlib
import subprocess

import pytest

from support import bad_servers, bad_zones, browsers, servers
from support.pki import HOST

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs/bad-servers.md"
KINDS = bad_servers.KINDS + bad_zones.KINDS
ADDRESSES = {kind.what: getattr(kind, "host", HOST) for kind in KINDS}
HOSTS = {"/etc/hosts": f"127.0.0.1 localhost {' '.join(sorted(set(ADDRESSES.values())))}\n"}


def trust(browser, certificate):
    """As a person does who imports a CA into the browser."""
    database = browser.profile if browser.name == "firefox" else browser.home / ".pki/nssdb"
    database.mkdir(parents=True, exist_ok=True)
    if not (database / "cert9.db").exists():
        subprocess.run(["certutil", "-N", "--empty-password", "-d", f"sql:{database}"], check=True)
    subprocess.run(["certutil", "-A", "-n", certificate.name, "-t", "C,,", "-i", certificate, "-d", f"sql:{database}"], check=True)


def in_words(found):
    return "**shows the page**" if found is None else "refuses"


@pytest.mark.slow
@pytest.mark.seconds(240)
def test_the_table_is_what_browsers_do(latchkey, home, tmp_path):
    world = bad_servers.World(tmp_path)
    own = latchkey(parties=[{"hosts": [HOST], "roots": world.root_file}])
    (tmp_path / "local-ca.pem").write_text(own.run("ca", "export").stdout)
    world.local_ca = bad_servers.local_ca_of(own)
    columns = {}
    with contextlib.ExitStack() as stack:
        running = bad_servers.running(world, stack, bad_servers.KINDS) | stack.enter_context(bad_zones.BadZones(world)).running
        good = stack.enter_context(bad_servers.LaxServer(world.leaf()))
        for kind in browsers.BROWSERS:
            browser = kind(home, files=HOSTS)
            for certificate in (world.root_file, tmp_path / "local-ca.pem"):
                trust(browser, certificate)
            with browser:
                assert browser.open(f"https://{HOST}:{good.port}/index.html") is None
                assert servers.ANSWER.decode().strip() in browser.text
                columns[f"{browser.name.title()} alone"] = {
                    what: in_words(browser.open(f"https://{ADDRESSES[what]}:{server.port}/index.html")) for what, server in running.items()}
    columns["through Latchkey"] = {kind.what: f"refuses: \u201c{kind.says}\u201d" for kind in KINDS}
    table = bad_servers.table(KINDS, columns)
    assert table in DOCUMENT.read_text(), f"what was found is another table:\n{table}"
