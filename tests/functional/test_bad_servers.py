"""Each kind of bad server is refused: before it is shown who the user is, and before the client gets an octet of it."""
import contextlib

import pytest

from support import bad_servers, bad_zones, clients, servers
from support.pki import HOST

BROWSER = ("-A", "Mozilla/5.0 (X11; Linux x86_64)", "-H", "Accept: text/html")


class Zoo:
    """All of them, running beside each other, and a Latchkey that has them for its party."""

    def __init__(self, proxy, running, cas):
        self.proxy, self.running, self.cas = proxy, running, cas

    def visit(self, server):
        return clients.curl(f"https://{HOST}:{server.port}/index.html", "--cacert", self.cas, *BROWSER, port=self.proxy.port,
                            mode="connect")


@pytest.fixture(scope="module")
def zoo(module_latchkey, tmp_path_factory):
    world = bad_servers.World(tmp_path_factory.mktemp("bad"))
    party = {"hosts": [HOST], "allow_private": True, "roots": world.root_file, "crls": world.crls}
    before = module_latchkey(parties=[party])
    cas = before.run("ca", "export").stdout
    world.local_ca = bad_servers.local_ca_of(before)
    with contextlib.ExitStack() as stack:
        running = bad_servers.running(world, stack, bad_servers.KINDS)
        good = stack.enter_context(servers.OpensslServer(world.leaf()))
        ports = [server.port for server in (good, *running.values())]
        parties = [party | {"ports": ports[:64]}, party | {"ports": ports[64:]}]  # no party may have more
        proxy = stack.enter_context(module_latchkey(parties=parties))
        (proxy.folder / "cas.pem").write_text(cas)
        yield Zoo(proxy, running | {"good": good}, proxy.folder / "cas.pem")


def test_the_good_server_among_them_is_good(zoo):
    answer = zoo.visit(zoo.running["good"])
    assert (answer.status, answer.body) == (200, servers.ANSWER.decode()), answer


@pytest.mark.parametrize("kind", bad_servers.KINDS, ids=lambda kind: kind.what)
def test_it_is_refused_with_the_reason(zoo, kind):
    server = zoo.running[kind.what]
    answer = zoo.visit(server)
    assert answer.status == 502 and kind.says in answer.body, [line for line in answer.body.splitlines() if line.startswith("<p>")] or answer
    assert servers.ANSWER.decode() not in answer.body
    assert not server.was_shown_a_certificate()


def test_zones_that_speak_against_a_good_certificate(latchkey, tmp_path):
    world = bad_servers.World(tmp_path)
    with bad_zones.BadZones(world) as zones, latchkey(parties=zones.parties, dns=zones.dns) as proxy:
        (tmp_path / "cas.pem").write_text(proxy.run("ca", "export").stdout)
        for kind in bad_zones.KINDS:
            server = zones.running[kind.what]
            answer = clients.curl(f"https://{kind.host}:{server.port}/index.html", "--cacert", tmp_path / "cas.pem", *BROWSER,
                                  port=proxy.port, mode="connect")
            assert answer.status == 502 and kind.says in answer.body, (kind.what, answer)
            assert servers.ANSWER.decode() not in answer.body
            assert not server.was_shown_a_certificate()
