"""Absolute-form requests: bodies of any length and framing pass through, and HTTP's own moves do, too."""
import hashlib
import http.client
import socket

import pytest

from support import clients, servers
from support.byte_server import digest_of_pattern, pattern

BASE = "http://party.test"
LENGTHS = [0, 1, 16385, 5_000_000]


@pytest.fixture
def proxy(pki, latchkey):
    with servers.BodyServer(pki.server()) as server, latchkey(server) as proxy:
        proxy.party = server
        yield proxy


@pytest.fixture
def connection(proxy):
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=30)
    yield connection
    connection.close()


def ask(connection, method, path, **more):
    connection.request(method, BASE + path, **more)
    answer = connection.getresponse()
    return answer, answer.read()


@pytest.mark.parametrize("count", LENGTHS)
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_request_body_arrives(connection, count, chunked):
    headers = {} if chunked else {"Content-Length": str(count)}
    answer, body = ask(connection, "POST", "/digest", body=pattern(count), headers=headers, encode_chunked=chunked)
    assert answer.status == 200
    assert body == f"{count} {digest_of_pattern(count)}\n".encode()


@pytest.mark.parametrize("count", LENGTHS)
@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_an_answers_body_arrives(connection, count, framing):
    answer, body = ask(connection, "GET", f"/pattern/{count}?framing={framing}")
    assert (answer.status, len(body), hashlib.sha256(body).hexdigest()) == (200, count, digest_of_pattern(count))


def test_an_answer_that_is_cut_off_is_not_passed_off_as_whole(connection):
    connection.request("GET", BASE + "/pattern/1000?framing=cut")
    with pytest.raises((http.client.HTTPException, OSError)):
        connection.getresponse().read()


def test_a_connection_serves_many_requests(connection):
    connection.connect()
    first = connection.sock
    for count in range(20):
        _, body = ask(connection, "POST", "/digest", body=next(pattern(count), b""))
        assert body == f"{count} {digest_of_pattern(count)}\n".encode()
    assert connection.sock is first


def test_head_brings_the_length_and_no_body(connection):
    answer, body = ask(connection, "HEAD", "/pattern/1234")
    assert (answer.status, answer.headers["Content-Length"], body) == (200, "1234", b"")
    assert ask(connection, "GET", "/pattern/3")[1] == next(pattern(3))


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_a_body_leaves_the_connection_usable(connection, status):
    answer, body = ask(connection, "GET", f"/status/{status}")
    assert (answer.status, body) == (status, b"")
    assert ask(connection, "GET", "/pattern/3")[1] == next(pattern(3))


def test_curl_waits_for_100_continue(proxy, home):
    (home / "body").write_bytes(next(pattern(1_000_000)))
    answer = clients.curl(BASE + "/digest", "-v", "-T", home / "body", "-H", "Expect: 100-continue", port=proxy.port)
    assert answer.body == f"1000000 {digest_of_pattern(1_000_000)}\n"
    assert "HTTP/1.1 100" in answer.errors


def test_an_upgrade_leaves_http_behind(proxy):
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=30) as stream:
        stream.sendall(b"GET http://party.test/upgrade HTTP/1.1\r\nHost: party.test\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
        head = b""
        while b"\r\n\r\n" not in head:
            head += stream.recv(1)
        assert head.startswith(b"HTTP/1.1 101 ") and b"upgrade: echo" in head.lower()
        stream.sendall(b"\x00\xffbytes, not HTTP")
        assert stream.recv(100) == b"\x00\xffbytes, not HTTP"


@pytest.mark.parametrize("name", ["Proxy-Connection", "Proxy-Authorization", "Keep-Alive", "X-Listed"])
def test_what_is_for_the_proxy_does_not_reach_the_party(connection, name):
    headers = {name: "secret", "Connection": "X-Listed"}
    assert ask(connection, "GET", f"/header/{name}", headers=headers)[1] == b""


def test_host_is_the_targets_whatever_the_client_says(connection):
    _, body = ask(connection, "GET", "/header/Host", headers={"Host": "other.test"})
    assert body == b"party.test\n"
