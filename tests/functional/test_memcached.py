"""Outcomes that several daemons share through memcached, and what is in no server's power."""
import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import time

import pytest

from support import dane, dns_liar, openpgp, servers, wait
from support.dns_world import World, Zone
from support.gates import Backend, Client, Gate
from support.latchkey import SLOWNESS, Latchkey, configuration
from support.memcached import Liar, Memcached

# A memcached has 25 ms for an answer; after that it is as if it had none. On a machine with much else to do that is too short.
pytestmark = pytest.mark.alone


def counts(proxy, assessor="pkix"):
    return proxy.status()["cache"]["assessors"].get(assessor, {"hits": 0, "shared_hits": 0, "misses": 0})


def explain(proxy, server, *options, host="party.test"):
    return json.loads(proxy.run("explain", "--json", *options, f"https://{host}:{server.port}/").stdout)


def memcached_state(proxy, place=0):
    return proxy.status()["cache"]["servers"][place]


@pytest.fixture
def server(pki):
    with servers.Nginx(pki.server()) as running:
        yield running


@pytest.fixture
def realm(home, pki):
    """Makes daemons with homes of their own, which share the secret unless it is said otherwise."""
    (home / "realm.secret").write_bytes(os.urandom(32))
    (home / "realm.secret").chmod(0o600)

    def make(name, server, *stores, realm="office", secret=None, host="party.test", dns=None, **party):
        cache = {"memcached": [store.address for store in stores], "realm": realm,
                 "secret": str(secret or home / "realm.secret")}
        if not realm:
            cache = {"memcached": cache["memcached"]}
        entry = {"hosts": [host], "ports": [server.port], "allow_private": True, "roots": pki.root.certificate,
                 "trust": "pkix", **party}
        return Latchkey(home / name, [entry], dns=dns or {"hosts": {host: ["127.0.0.1"]}}, cache=cache)
    return make


def test_two_daemons_of_a_realm_share_an_outcome(realm, server):
    with Memcached() as store, realm("a", server, store) as first, realm("b", server, store) as second:
        found = explain(first, server)
        wait.until(lambda: store.stat("curr_items") == 1, "the outcome is stored")
        shared = explain(second, server)
        assert shared["verdict"] == "pass" and shared["findings"] == found["findings"]
        assert counts(second) == {"hits": 1, "shared_hits": 1, "misses": 0}
        assert memcached_state(second)["state"] == "up"
        assert f"memcached    {store.address} up, asked" in second.run("status").stdout


def gpg(folder, *arguments, input=None):
    subprocess.run(["gpg", "--homedir", str(folder), "--batch", "--quiet", "--no-autostart", *arguments], input=input,
                   capture_output=True, check=True)


def test_the_second_daemon_asks_no_keyring(realm, home, pki, monkeypatch):
    """Their keyrings are two, and hold the same: as machines have them that get theirs from one source."""
    server = pki.server()
    key = openpgp.Key(pem=server.key)
    certificate = openpgp.certificate(key, ["https://party.test"], flags=openpgp.CERTIFY | openpgp.SIGN | openpgp.AUTHENTICATE)
    (home / "gate.pgp").write_bytes(certificate)
    (home / "keyring-a").mkdir(mode=0o700)
    (home / "keyring-gate").mkdir(mode=0o700)
    gpg(home / "keyring-a", "--import", input=certificate)
    gpg(home / "keyring-a", "--import-ownertrust", input=f"{key.fingerprint.upper()}:6:\n".encode())
    party = {"trust": "openpgp", "tls": "1.2", "identity": "none"}
    with Memcached() as store, Gate(home, pki, "127.0.0.1:9", openpgp=home / "gate.pgp",
                                     keyring=home / "keyring-gate") as gate:
        monkeypatch.setenv("GNUPGHOME", str(home / "keyring-a"))
        with realm("a", gate, store, **party) as first:
            found = explain(first, gate)
            assert found["verdict"] == "pass" and found["certificate_type"] == "OpenPGP"
            explain(first, gate, "--fresh")  # gpg may have brought its trustdb up to date in the first look
            wait.until(lambda: store.stat("curr_items") > 0, "the outcome is stored")
            assert first.status()["keyring"]["looks"] >= 1
        shutil.copytree(home / "keyring-a", home / "keyring-b", ignore=lambda _, names: [n for n in names if n.startswith("S.")])
        monkeypatch.setenv("GNUPGHOME", str(home / "keyring-b"))
        with realm("b", gate, store, **party) as second:
            assert explain(second, gate)["findings"] == found["findings"]
            assert second.status()["keyring"]["looks"] == 0
            assert counts(second, "openpgp") == {"hits": 1, "shared_hits": 1, "misses": 0}
            gpg(home / "keyring-b", "--import-ownertrust", input=f"{key.fingerprint.upper()}:3:\n".encode())
            assert explain(second, gate)["verdict"] == "fail", "its keyring trusts nobody any more"


def test_the_second_daemon_asks_for_no_tlsa_records(realm, pki):
    """Both ask for the address, which is no outcome."""
    host = "party.example"
    identity = pki.server("self-signed", host=host)
    with servers.Nginx(identity) as server, Memcached() as store:
        record = dane.record((dane.DANE_EE, dane.SPKI, dane.SHA256), identity.certificate)
        records = f"{host}. A 127.0.0.1\n_{server.port}._tcp.{host}. TLSA {record}\n"
        zones = [Zone(".", "ns.world. A 127.0.0.1\n"), Zone("example."), Zone(f"{host}.", records)]
        with World(zones) as world, dns_liar.Liar(world.recursive, lambda query: query.true().pack(query.octets)) as dns:
            names = {"servers": [f"127.0.0.1:{dns.port}"], "trust_anchor": world.anchor}
            question = (f"_{server.port}._tcp.{host}", dns_liar.KINDS["TLSA"])
            with realm("a", server, store, host=host, dns=names, trust="dane") as first:
                found = explain(first, server, host=host)
                assert found["verdict"] == "pass" and dns.asked.count(question) == 1
                wait.until(lambda: store.stat("curr_items") == 1, "the outcome is stored")
            dns.asked.clear()
            with realm("b", server, store, host=host, dns=names, trust="dane") as second:
                assert explain(second, server, host=host)["findings"] == found["findings"]
                assert dns.asked and question not in dns.asked
                assert counts(second, "dane") == {"hits": 1, "shared_hits": 1, "misses": 0}
                explain(second, server, "--fresh", host=host)
                assert question in dns.asked


def test_a_gate_by_itself_and_a_daemons_gate_share_what_they_find_of_clients(realm, home, pki):
    alice = pki.person()
    with Memcached() as store, Backend() as backend:
        sharing = {"memcached": store.address, "realm": "office", "secret": home / "realm.secret"}
        with Gate(home, pki, backend, **sharing) as gate:
            assert gate.ask("/header/Host", alice).status == 200
            wait.until(lambda: store.stat("curr_items") == 1, "the outcome is stored")
        with Gate(home, pki, backend, **sharing) as gate:
            assert gate.ask("/header/Host", alice).status == 200
            assert store.stat("get_hits") == 1
            gate.reload()
            assert gate.ask("/header/Host", alice).status == 200
            assert store.stat("get_hits") == 2, "it shares after a reload, too"
        daemon = realm("a", gate, store)
        port = servers.free_port()
        table = {"listen": f"127.0.0.1:{port}", "backend": backend.address, "cert": [str(pki.server().chain)],
                 "key": [str(pki.server().key)], "client_roots": str(pki.root.certificate)}
        daemon.configure(daemon.config_file.read_text() + configuration([table]).replace("[[party]]", "[[gate]]"))
        with daemon:
            assert Client(port).ask("/header/Host", alice).status == 200
            assert counts(daemon) == {"hits": 1, "shared_hits": 1, "misses": 0}


def test_who_reads_the_servers_learns_nothing_of_whom_they_are_about(realm, server):
    with Liar() as store, realm("a", server, store) as first:
        found = explain(first, server)
        wait.until(lambda: store.values, "the outcome is stored")
        (key, value), = store.values.items()
        words = re.findall(r"\w{4,}", found["findings"][0]["reason"]) + ["party", "test"]
        assert len(words) > 5 and not [word for word in words if word.encode() in value or word in key]


def test_another_realm_or_secret_shares_nothing(realm, server, home):
    (home / "other.secret").write_bytes(os.urandom(32))
    (home / "other.secret").chmod(0o600)
    with Memcached() as store, realm("a", server, store) as first:
        explain(first, server)
        wait.until(lambda: store.stat("curr_items") == 1, "the outcome is stored")
        for other in ({"realm": "lab"}, {"secret": home / "other.secret"}, {"realm": ""}):
            with realm("b", server, store, **other) as second:
                assert explain(second, server)["verdict"] == "pass"
                assert counts(second)["hits"] == 0


def test_an_installation_without_realm_finds_its_own_again(realm, server):
    with Memcached() as store:
        for hits in (0, 1):
            with realm("a", server, store, realm="") as proxy:
                explain(proxy, server)
                wait.until(lambda: store.stat("curr_items") == 1, "the outcome is stored")
                assert counts(proxy)["hits"] == hits
        secret = proxy.folder / "state/latchkey/outcome.secret"
        assert secret.stat().st_size == 32 and secret.stat().st_mode & 0o777 == 0o600


def test_a_secret_that_others_may_read_is_refused(realm, server, home):
    (home / "realm.secret").chmod(0o644)
    proxy = realm("a", server, Liar())
    done = subprocess.run([str(proxy.binary), "run"], env=proxy.environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and "chmod 600" in done.stderr


def flip(place):
    def lie(key, values):
        value = values.get(key)
        return value and bytes(octet ^ (1 if at == place % len(value) else 0) for at, octet in enumerate(value))
    return lie


@pytest.mark.parametrize("lie", [flip(0), flip(1), flip(25), flip(60), flip(-17), flip(-1),
                                 lambda key, values: values.get(key) and values[key][:-1],
                                 lambda key, values: values.get(key) and values[key] + b"x",
                                 lambda key, values: b"x" * 20000, lambda key, values: b""],
                         ids=["version", "nonce", "expiry", "reason", "padding", "tag", "cut", "continued", "large", "empty"])
def test_what_a_lying_server_gives_is_never_used(realm, server, lie):
    with Liar() as store, realm("a", server, store) as first, realm("b", server, store) as second:
        explain(first, server)
        wait.until(lambda: store.values, "the outcome is stored")
        store.lie = lie
        assert explain(second, server)["verdict"] == "pass"
        assert counts(second)["hits"] == 0 and counts(second)["misses"] == 1


def dribble(stream, keys):
    stream.write(b"VALUE %s 0 8000\r\n" % keys[0])
    for _ in range(8000):
        stream.write(b"x")
        time.sleep(0.01)


@pytest.mark.parametrize("raw", [
    lambda stream, keys: stream.write(b"VALUE %s 0 4294967295\r\nxxx" % keys[0]),
    lambda stream, keys: stream.write(b"VALUE %s 0 1000000\r\n%s\r\nEND\r\n" % (keys[0], b"x" * 1000000)),
    lambda stream, keys: stream.write(b"VALUE somebody 0 1\r\nx\r\n" * 100000),
    lambda stream, keys: stream.write(b"VALUE %s 0 1\r\nx\r\n" % keys[0] * 100000),
    lambda stream, keys: stream.write(b"x" * 1000000),
    lambda stream, keys: stream.write(b"VALUE %s 0 -5\r\nxxx\r\nEND\r\n" % keys[0]),
    lambda stream, keys: stream.write(b"VALUE %s 0 5" % keys[0]),
    dribble,
], ids=["4-GiB", "1-MB", "of-somebody", "again-and-again", "no-protocol", "negative", "half-a-line", "dribble"])
def test_a_server_that_speaks_no_protocol_costs_nothing(realm, server, raw):
    with Liar() as store, realm("a", server, store) as proxy:
        store.raw = raw
        assert explain(proxy, server)["verdict"] == "pass"
        assert counts(proxy)["misses"] == 1
        resident = int(re.search(r"VmHWM:\s+(\d+)", pathlib.Path(f"/proc/{proxy.process.pid}/status").read_text()).group(1))
        assert resident < 200_000 * SLOWNESS, "kB"


def test_an_entry_is_worth_nothing_under_another_key(realm, server, pki):
    """A pass for one server, given for the question about another that deserves none."""
    with servers.Nginx(pki.server("expired")) as expired, Liar() as store:
        with realm("a", server, store) as first, realm("b", expired, store) as second:
            assert explain(first, server)["verdict"] == "pass"
            wait.until(lambda: store.values, "the outcome is stored")
            passed = next(iter(store.values.values()))
            store.lie = lambda key, values: passed
            assert explain(second, expired)["verdict"] == "fail"
            assert memcached_state(second)["refused"] == 1


def test_an_entry_is_worth_nothing_after_its_expiry(realm, server, home):
    (home / "a/config/latchkey").mkdir(parents=True)
    with Liar() as store:
        daemon = realm("a", server, store)
        daemon.configure(daemon.config_file.read_text().replace("[cache]\n", '[cache]\nttl_max = "2s"\n'))
        with daemon as first:
            explain(first, server)
            wait.until(lambda: store.values, "the outcome is stored")
            kept = dict(store.values)
            stored = time.time()
            store.lie = lambda key, values: kept.get(key)
            wait.until(lambda: time.time() > stored + 2.1, "it has expired")
            misses = counts(first)["misses"]
            explain(first, server)
            assert counts(first)["misses"] == misses + 1 and counts(first)["shared_hits"] == 0


HOSTS = [f"h{number}.test" for number in range(100)]


@pytest.fixture
def many(home, pki, server):
    """A daemon that has many names for one server: each is another question."""
    def make(*stores, **cache):
        entry = {"hosts": HOSTS, "ports": [server.port], "allow_private": True, "roots": pki.root.certificate,
                 "trust": "pkix", "local": "wrap"}
        return Latchkey(home / "many", [entry], dns={"hosts": {name: ["127.0.0.1"] for name in HOSTS}},
                        cache={"memcached": [store.address for store in stores], **cache})
    return make


def ask(proxy, server, name):
    """How long the proxy takes to say that it does not trust the server under this name."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as connection:
        start = time.monotonic()
        connection.sendall(f"GET http://{name}:{server.port}/ HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
        first = connection.recv(4096)
        assert first.startswith(b"HTTP/1.1 502"), first
        return time.monotonic() - start


def test_a_server_that_lies_is_left_out_for_a_while(many, server):
    with Liar(lambda key, values: b"lies") as store, many(store) as proxy:
        for name in HOSTS:  # three are enough, unless the machine is so busy that a lie comes too late to be heard
            ask(proxy, server, name)
            state = memcached_state(proxy)
            if state["refused"] == 3:
                break
        assert state["state"] == "paused" and state["refused"] == 3
        assert state["reason"] == "it gives what nobody has stored there"
        assert "paused: it gives what nobody has stored there" in proxy.run("status").stdout


def test_a_killed_server_is_left_out_and_found_again(many, server):
    with Memcached() as store, many(store) as proxy:
        ask(proxy, server, HOSTS[0])
        wait.until(lambda: store.stat("curr_items") == 1, "the outcome is stored")
        store.kill()
        for name in HOSTS[1:6]:
            ask(proxy, server, name)
        assert memcached_state(proxy)["state"] == "paused"
        assert f"memcached at {store.address} is left out for now" in proxy.log
        store.start()
        proxy.until(lambda status: status["cache"]["servers"][0]["state"] == "up", "asks it again")


def test_each_of_several_servers_has_its_part_and_one_that_dies_keeps_the_others(many, server):
    with Memcached() as one, Memcached() as two, Memcached() as three, many(one, two, three) as proxy:
        stores = [one, two, three]
        for name in HOSTS:
            ask(proxy, server, name)
        wait.until(lambda: sum(store.stat("curr_items") for store in stores) == len(HOSTS), "all are stored")
        assert all(store.stat("curr_items") for store in stores)
        two.kill()
        kept = one.stat("curr_items") + three.stat("curr_items")
        proxy.run("reload")  # forgets what is in memory
        for name in HOSTS:
            ask(proxy, server, name)
        # On a machine that is busy an answer may come too late.
        assert 0 < counts(proxy)["shared_hits"] <= kept


@pytest.mark.parametrize("what", ["killed", "stopped"])
def test_a_server_that_fails_in_mid_request_costs_little(many, server, measured, what):
    """Every judgement is another question: those that are asked while the server is well, and those while it is not."""
    with Memcached() as store, many(store) as proxy:
        for name in HOSTS[:10]:  # code and connections are warm
            ask(proxy, server, name)
        before = [ask(proxy, server, name) for name in HOSTS[10:40]]
        {"killed": store.kill, "stopped": store.freeze}[what]()
        after = sorted(ask(proxy, server, name) for name in HOSTS[40:])
        median = statistics.median(before)
        added = after[int(len(after) * 0.99)] - median
        measured(f"p99 of what a {what} memcached adds", f"{added * 1000:.1f} ms")
        assert added < 0.05 * SLOWNESS
        assert counts(proxy)["misses"] > 0
