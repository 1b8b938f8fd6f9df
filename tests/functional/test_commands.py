"""Subcommands: exit statuses as the design's table says, errors in one sentence, help for each."""
import json

import pytest

from support import clients, servers
from support.latchkey import configuration

COMMANDS = ["run", "status", "explain", "verify", "unlock", "lock", "connect", "reload"]


@pytest.fixture
def idle(latchkey):
    """A Latchkey that is configured and not running."""
    return latchkey()


@pytest.fixture
def party(pki):
    with servers.Nginx(pki.server()) as server:
        yield server


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(idle, command):
    done = idle.run(command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(("usage:", "Usage:")) and f"latchkey {command}" in done.stdout


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("status", "--nonsense"), ("connect",), ("verify",)])
def test_wrong_usage_is_2_and_a_sentence(idle, arguments):
    done = idle.run(*arguments)
    assert done.returncode in (1, 2) and done.returncode != 0
    assert done.stderr.strip()


@pytest.mark.parametrize("arguments", [("status",), ("status", "--json"), ("lock",), ("unlock",), ("explain", "https://party.test/")])
def test_a_command_says_that_nothing_runs(idle, arguments):
    done = idle.run(*arguments)
    assert done.returncode == 3
    assert len(done.stderr.strip().splitlines()) == 1


def test_status_shows_the_software_token_for_what_it_is(latchkey):
    with latchkey() as proxy:
        assert proxy.run("status").returncode == 0
        assert "file key, no protection" in proxy.run("status").stdout


def test_explain_says_which_identity_would_be_shown_and_shows_none(latchkey, party):
    with latchkey(party) as proxy:
        done = proxy.run("explain", f"https://party.test:{party.port}/", "--json")
        assert done.returncode == 0, done.stderr
        json.loads(done.stdout)
        assert not any(party.seen())


def test_explain_tells_the_unreachable(latchkey):
    port = servers.free_port()
    entry = {"hosts": ["party.test"], "ports": [port], "allow_private": True}
    with latchkey(parties=[entry]) as proxy:
        assert proxy.run("explain", f"https://party.test:{port}/").returncode == 3


def test_verify_judges_files(idle, pki):
    good, bad = pki.server(), pki.server("expired")
    verify = lambda identity: idle.run("verify", "--host", "party.test", "--chain", identity.chain, "--roots", pki.root.certificate)
    assert verify(good).returncode == 0
    refused = verify(bad)
    assert refused.returncode == 1 and "expired" in refused.stdout + refused.stderr


def test_connect_is_a_stream_on_stdio(latchkey, pki):
    with servers.ByteServer(pki.server()) as server, latchkey(server) as proxy:
        done = proxy.run("connect", "party.test", server.port, input="sink\nfour words are these")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("20 ")
        refused = proxy.run("connect", "stranger.test", "443")
        assert refused.returncode == 1 and len(refused.stderr.strip().splitlines()) == 1


def test_a_broken_configuration_starts_nothing_and_names_its_line(idle):
    idle.configure('[listen]\naddress = ["127.0.0.1:0"]\nnonsense = 1\n')
    done = idle.run("run")
    assert done.returncode == 2
    assert "config.toml:3" in done.stderr and "nonsense" in done.stderr


def test_reload_takes_a_new_party_and_keeps_the_old_ones_when_broken(latchkey, party, pki):
    with latchkey() as proxy:
        assert clients.curl("http://party.test/index.html", port=proxy.port).status == 403
        roots = proxy.config_file.parent / "roots.pem"
        roots.write_bytes(pki.root.certificate.read_bytes())
        entry = {"hosts": ["party.test"], "ports": [party.port], "roots": roots, "allow_private": True}
        proxy.configure(configuration([entry], listen={"address": ["127.0.0.1:0"]}, token={"module": "soft"},
                                      dns={"hosts": {"party.test": ["127.0.0.1"]}}))
        assert proxy.run("reload").returncode == 0
        assert clients.curl("http://party.test/index.html", port=proxy.port).status == 200
        proxy.configure("nonsense")
        assert proxy.run("reload").returncode != 0
        assert clients.curl("http://party.test/index.html", port=proxy.port).status == 200
