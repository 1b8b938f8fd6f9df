"""Under systemd the journal keeps what a person would ask for later, with fields to search by; and nothing that is secret."""
import pytest

from support import clients, servers, streams, wait
from support.journal import Journal


@pytest.fixture
def journal(home):
    with Journal(home / "journal") as made:
        yield made


@pytest.fixture
def told(journal, latchkey, pki, token):
    """A Latchkey that writes to it, and its parties: one that asks for a certificate, one that does not, and one that is not to be trusted."""
    with servers.Nginx(pki.server()) as asking, servers.ByteServer(pki.server()) as server, \
            servers.Nginx(pki.server("unknown-ca")) as stranger:
        proxy = latchkey(asking, server, stranger, token=token())
        proxy.binary = journal.program(proxy.binary)
        with proxy:
            yield proxy, asking, server, stranger


def one(journal, **fields):
    wait.until(lambda: journal.entries(**fields), f"an entry with {fields}", 20)
    entry, = journal.entries(**fields)
    return entry


def test_the_story_of_a_token_can_be_searched_for(told, journal, pki):
    proxy, asking, server, _ = told
    armed = one(journal, LATCHKEY_EVENT="armed")
    assert armed["PRIORITY"] == "5" and armed["SYSLOG_IDENTIFIER"] == "latchkey"
    assert clients.curl(f"http://party.test:{asking.port}/", port=proxy.port).status == 200
    signed = one(journal, LATCHKEY_EVENT="signed")
    assert signed["LATCHKEY_PARTY"] == f"party.test:{asking.port}"
    assert signed["LATCHKEY_KEY"] == pki.client("p256").key_sha256
    assert signed["LATCHKEY_TOKEN"] == armed["LATCHKEY_TOKEN"] != ""
    assert signed["MESSAGE"].startswith(f"signed for party.test:{asking.port}, which sees ")
    with streams.connect(proxy.port, "party.test", server.port) as stream:
        stream.sendall(b"echo\n" + b"a")
        assert stream.recv(1) == b"a"
        assert proxy.run("lock").returncode == 0
        closed = one(journal, LATCHKEY_EVENT="closed")
        assert closed["MESSAGE"] == "closed 1 connection that the token had opened"
    disarmed = one(journal, LATCHKEY_EVENT="disarmed")
    assert disarmed["LATCHKEY_REASON"] and disarmed["LATCHKEY_REASON"] in disarmed["MESSAGE"]
    order = [entry["LATCHKEY_EVENT"] for entry in journal.entries() if "LATCHKEY_EVENT" in entry]
    assert order[:4] == ["armed", "signed", "disarmed", "closed"]


def test_a_refusal_names_party_and_reason(told, journal):
    proxy, _, _, stranger = told
    assert clients.curl(f"http://party.test:{stranger.port}/index.html?secret-in-the-query", port=proxy.port).status == 502
    refused = one(journal, LATCHKEY_EVENT="refused")
    assert refused["LATCHKEY_PARTY"] == f"party.test:{stranger.port}" and refused["LATCHKEY_REASON"]
    everything = str(journal.entries())
    assert "secret" not in everything and "43210987" not in everything


def test_output_that_goes_elsewhere_is_none_of_the_journals(latchkey, monkeypatch):
    monkeypatch.setenv("JOURNAL_STREAM", "1:1")
    with latchkey() as proxy:
        assert "latchkey: armed: " in proxy.log
