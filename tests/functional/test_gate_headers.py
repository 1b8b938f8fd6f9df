"""No request can make a gate's backend believe that somebody else came."""
import pytest

from support.gates import Backend, Gate

HEAD = b"GET /first HTTP/1.1\r\nHost: party.test\r\nConnection: close\r\n"
FORGED = "mallory"

# Requests of alice's that claim to be from mallory. Each reaches the backend without the claim.
PASSED = {
    "as it is": HEAD + b"X-Latchkey-Identity: mallory\r\n\r\n",
    "lower case": HEAD + b"x-latchkey-identity: mallory\r\n\r\n",
    "upper case": HEAD + b"X-LATCHKEY-IDENTITY: mallory\r\n\r\n",
    "underscores": HEAD + b"X_Latchkey_Identity: mallory\r\n\r\n",
    "one underscore": HEAD + b"x-latchkey_identity: mallory\r\n\r\n",
    "dots": HEAD + b"X.Latchkey.Identity: mallory\r\n\r\n",
    "other characters": HEAD + b"X~Latchkey'Identity: mallory\r\n\r\n",
    "twice": HEAD + b"X-Latchkey-Identity: mallory\r\nX-Latchkey-Identity: mallory\r\n\r\n",
    "all three": HEAD + b"X-Latchkey-Identity: mallory\r\nX-Latchkey-Fingerprint: mallory\r\nX-Latchkey-Method: mallory\r\n\r\n",
    "one of tomorrow": HEAD + b"X-Latchkey-Anything: mallory\r\n\r\n",
    "white space around": HEAD + b"X-Latchkey-Identity: \t mallory \t\r\n\r\n",
    "the real one named by Connection":
        HEAD.replace(b"close", b"close, X-Latchkey-Identity, x-latchkey-fingerprint") + b"X-Latchkey-Method: mallory\r\n\r\n",
    "the real one named by Proxy-Connection": HEAD + b"Proxy-Connection: X-Latchkey-Identity\r\n\r\n",
    "in a trailer": b"POST /digest HTTP/1.1\r\nHost: party.test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
                    b"Trailer: X-Latchkey-Identity\r\n\r\n3\r\nabc\r\n0\r\nX-Latchkey-Identity: mallory\r\n\r\n",
    "in a chunk's extension": b"POST /digest HTTP/1.1\r\nHost: party.test\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                              b"3;X-Latchkey-Identity=mallory\r\nabc\r\n0\r\n\r\n",
    "absolute-form": HEAD.replace(b"/first", b"https://party.test/first") + b"X-Latchkey-Identity: mallory\r\n\r\n",
    "a second request behind it": HEAD.replace(b"Connection: close\r\n", b"") + b"\r\n" + HEAD +
                                  b"X-Latchkey-Identity: mallory\r\n\r\n",
    "in a body": b"POST /digest HTTP/1.1\r\nHost: party.test\r\nConnection: close\r\nContent-Length: 37\r\n\r\n"
                 b"GET / HTTP/1.1\r\nX-Latchkey-Identity: m",
    "an upgrade": b"GET /header/Host HTTP/1.1\r\nHost: party.test\r\nConnection: Upgrade, X-Latchkey-Identity\r\n"
                  b"Upgrade: websocket\r\nX-Latchkey-Identity: mallory\r\n\r\n"
                  b"GET /last HTTP/1.1\r\nHost: party.test\r\nConnection: close\r\n\r\n",
    "HTTP/1.0": HEAD.replace(b"HTTP/1.1", b"HTTP/1.0") + b"X-Latchkey-Identity: mallory\r\n\r\n",
}

# Requests that are not forwarded at all.
REFUSED = {
    "a folded line": HEAD + b"X-Other: a\r\n X-Latchkey-Identity: mallory\r\n\r\n",
    "a space before the colon": HEAD + b"X-Latchkey-Identity : mallory\r\n\r\n",
    "a NUL": HEAD + b"X-Latchkey-Identity\x00: mallory\r\n\r\n",
    "a NUL in the value": HEAD + b"X-Other: a\x00\r\n\r\n",
    "a bare LF": HEAD + b"X-Other: a\nX-Latchkey-Identity: mallory\r\n\r\n",
    "a bare CR": HEAD + b"X-Other: a\rX-Latchkey-Identity: mallory\r\n\r\n",
    "length and coding": b"POST / HTTP/1.1\r\nHost: party.test\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
                         b"0\r\n\r\nGET / HTTP/1.1\r\nX-Latchkey-Identity: mallory\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: party.test\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n"
                   b"GET / HTTP/1.1\r\nX-Latchkey-Identity: mallory\r\n\r\n",
    "an obscure coding": b"POST / HTTP/1.1\r\nHost: party.test\r\nTransfer-Encoding: x\x0bchunked\r\n\r\n0\r\n\r\n",
    "two codings": b"POST / HTTP/1.1\r\nHost: party.test\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
}


@pytest.fixture
def backend():
    with Backend() as server:
        yield server


@pytest.mark.parametrize("variant", PASSED)
def test_a_forged_header_does_not_reach_the_backend(home, pki, backend, variant):
    alice = pki.person()
    with Gate(home, pki, backend) as gate:
        answer = gate.send(PASSED[variant], alice)
    assert answer.startswith(b"HTTP/1.1 "), answer
    assert backend.requests
    for line, headers in backend.requests:
        ours = [pair for pair in headers if "latchkey" in pair[0].lower()]
        assert ours == [("X-Latchkey-Identity", "alice@example.org"), ("X-Latchkey-Fingerprint", alice.key_sha256),
                        ("X-Latchkey-Method", "x509")], line
        assert FORGED not in str(headers)


@pytest.mark.parametrize("variant", REFUSED)
def test_a_request_that_could_be_read_in_two_ways_is_refused(home, pki, backend, variant):
    with Gate(home, pki, backend) as gate:
        assert gate.send(REFUSED[variant], pki.person()).startswith(b"HTTP/1.1 400 ")
    assert backend.requests == []
