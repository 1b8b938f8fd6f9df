"""A PKCS#11 module that hangs, crashes or lies in C_Sign: the proxy stays up, and says which."""
import dataclasses
import time

import pytest

from support import clients, people, servers
from support import latchkey as product

MODULE = product.ROOT / "build/modules/misbehaving.so"
URL = "http://party.test/index.html"


@pytest.fixture
def misdeeds(home):
    """The file in which a test says what the module shall do wrong, also while it runs."""
    path = home / "misdeeds"
    path.write_text("")
    return path


@pytest.fixture
def proxy(latchkey, token, pki, misdeeds):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=dataclasses.replace(token(), module=str(MODULE))) as proxy:
        proxy.party = server
        yield proxy


@pytest.fixture
def token(token, monkeypatch, misdeeds):
    monkeypatch.setenv("LATCHKEY_TEST_MODULE_FILE", str(misdeeds))
    return token


def unlock(proxy):
    status, shown = people.type_on_terminal([proxy.binary, "unlock"], proxy.environment, "43210987")
    assert status == 0, shown


@pytest.mark.parametrize("misdeed, reason", [("crash", "crashed"), ("lie", "does not verify"), ("removed", "removed")])
def test_the_reason_is_told_and_the_proxy_stays(proxy, misdeeds, misdeed, reason):
    assert clients.curl(URL, port=proxy.port).status == 200
    misdeeds.write_text(misdeed)
    answer = clients.curl(URL, port=proxy.port)
    assert answer.status in (502, 503) and reason in answer.body, answer
    assert proxy.process.poll() is None and proxy.status() is not None
    assert len(proxy.party.certificates()) == 1


def test_a_module_that_crashed_is_started_again_by_unlock(proxy, misdeeds):
    misdeeds.write_text("crash")
    assert clients.curl(URL, port=proxy.port).status in (502, 503)
    misdeeds.write_text("")
    unlock(proxy)
    assert clients.curl(URL, port=proxy.port).status == 200


def test_a_slow_signature_delays_no_other_connection(latchkey, token, pki, misdeeds):
    slow = dataclasses.replace(token(), module=str(MODULE))
    with servers.Nginx(pki.server()) as asks, servers.BodyServer(pki.server(host="other.test")) as open_to_all:
        roots = {"roots": pki.root.certificate, "allow_private": True}
        parties = [{"hosts": ["party.test"], "ports": [asks.port], **roots},
                   {"hosts": ["other.test"], "ports": [open_to_all.port], "identity": "none", **roots}]
        with latchkey(parties=parties, token=slow) as proxy:
            misdeeds.write_text("slow:10000")
            with clients.started(clients.curl_command(URL, port=proxy.port)) as waiting:
                begun = time.monotonic()
                for _ in range(20):
                    assert clients.curl("http://other.test/pattern/1000", port=proxy.port).status == 200
                assert time.monotonic() - begun < 8 * product.SLOWNESS
                assert waiting.poll() is None or product.VARIANT


@pytest.mark.slow
@pytest.mark.seconds(150)
@pytest.mark.skipif(bool(product.VARIANT), reason="waits for a limit of 60 s, which a sanitizer does not change")
def test_a_module_that_hangs_is_ended_after_60_s(proxy, misdeeds):
    misdeeds.write_text("hang")
    begun = time.monotonic()
    answer = clients.curl(URL, port=proxy.port, seconds=90)
    assert answer.status in (502, 503, 504) and "60 s" in answer.body, answer
    assert 55 < time.monotonic() - begun < 75
    misdeeds.write_text("")
    unlock(proxy)
    assert clients.curl(URL, port=proxy.port).status == 200
