"""Requests that are none: each gets its exact answer, once, and what follows it on the connection is not read as a request."""
import socket

import pytest

HOST = "demo.latchkey.test"
H = f"http://{HOST}/"
NEXT = f"GET {H}next HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


def req(line=f"GET {H} HTTP/1.1", *headers, body=b"", host=f"Host: {HOST}"):
    return "\r\n".join([line, host, *headers]).encode("latin-1") + b"\r\n\r\n" + body


def post(*headers, body=b""):
    return req(f"POST {H} HTTP/1.1", *headers, body=body)


# By status and reason: the requests that are answered so. Without a status the connection is closed without a word: it is not
# HTTP, and what it is cannot be answered.
REQUESTS = {
    (400, "the request line names no HTTP version"): {
        "no version": req(f"GET {H}"),
        "HTTP/0.9": b"GET /\r\n\r\n",
        "HTTP/3": req(f"GET {H} HTTP/3"),
        "version in small letters": req(f"GET {H} http/1.1"),
        "version with a long number": req(f"GET {H} HTTP/1.10"),
        "version with a space": req(f"GET {H} HTTP/1.1 "),
    },
    (505, "the request is of an HTTP version other than 1.0 and 1.1"): {
        "HTTP/1.2": req(f"GET {H} HTTP/1.2"),
        "HTTP/2.0": req(f"GET {H} HTTP/2.0"),
    },
    (400, "not valid HTTP/1.1: bad target"): {
        "two spaces after the method": req(f"GET  {H} HTTP/1.1"),
    },
    (400, "not valid HTTP/1.1: bad method"): {
        "tab after the method": req(f"GET\t{H} HTTP/1.1"),
        "method with a colon": req(f"GE:T {H} HTTP/1.1"),
    },
    (None, ""): {
        "space before the method": req(f" GET {H} HTTP/1.1"),
        "no method": req(f" {H} HTTP/1.1"),
        "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    },
    (400, "not valid HTTP/1.1: bad version"): {
        "space in the target": req(f"GET {H}a b HTTP/1.1"),
    },
    (400, "the header has a control character"): {
        "NUL in the target": req(f"GET {H}\0 HTTP/1.1"),
        "control character in the target": req(f"GET {H}\x01 HTTP/1.1"),
        "chunked with a vertical tab": post("Transfer-Encoding: \x0bchunked",body=b"0\r\n\r\n"),
        "NUL in a header": req(f"GET {H} HTTP/1.1","A: \0"),
        "control character in a header": req(f"GET {H} HTTP/1.1","A: \x01"),
    },
    (400, "the target is neither a path nor an http or https address"): {
        "backslash in the target": req("GET http:\\\\demo.latchkey.test\\ HTTP/1.1"),
        "ftp": req("GET ftp://demo.latchkey.test/ HTTP/1.1"),
        "file": req("GET file:///etc/passwd HTTP/1.1"),
        "authority form without CONNECT": req("GET demo.latchkey.test:443 HTTP/1.1"),
    },
    (400, "the target has a fragment"): {
        "fragment in the target": req(f"GET {H}#x HTTP/1.1"),
    },
    (400, "the host carries a user name or password"): {
        "userinfo in the target": req("GET http://jo@demo.latchkey.test/ HTTP/1.1"),
        "password in the target": req("GET http://jo:pw@demo.latchkey.test/ HTTP/1.1"),
        "CONNECT with userinfo": req("CONNECT jo@demo.latchkey.test:443 HTTP/1.1"),
    },
    (400, "the host is empty"): {
        "empty host in the target": req("GET http:/// HTTP/1.1"),
        "IPv6 without brackets": req("GET http://::1/ HTTP/1.1"),
    },
    (400, "the port is no number from 1 to 65535"): {
        "empty port in the target": req("GET http://demo.latchkey.test:/ HTTP/1.1"),
        "port 0": req("GET http://demo.latchkey.test:0/ HTTP/1.1"),
        "port 65536": req("GET http://demo.latchkey.test:65536/ HTTP/1.1"),
        "port with a sign": req("GET http://demo.latchkey.test:+80/ HTTP/1.1"),
        "port of letters": req("GET http://demo.latchkey.test:http/ HTTP/1.1"),
        "CONNECT with a path": req("CONNECT demo.latchkey.test:443/ HTTP/1.1"),
        "CONNECT with a scheme": req("CONNECT https://demo.latchkey.test:443 HTTP/1.1"),
        "CONNECT to port 99999": req("CONNECT demo.latchkey.test:99999 HTTP/1.1"),
    },
    (403, "demo_.latchkey.test is not one of your parties"): {
        "host with an underscore at a label's end": req("GET http://demo_.latchkey.test/ HTTP/1.1"),
    },
    (400, "the host is no valid name"): {
        "host with an empty label": req("GET http://demo..latchkey.test/ HTTP/1.1"),
        "host with a percent escape": req("GET http://demo%2elatchkey.test/ HTTP/1.1"),
        "label of 64 octets": req("GET http://"+"a"*64+".test/ HTTP/1.1"),
        "host in UTF-8": req("GET http://d\xc3\xa9mo.test/ HTTP/1.1"),
        "CONNECT to a path": req("CONNECT / HTTP/1.1"),
    },
    (400, "the host is longer than 253 octets"): {
        "host of 300 octets": req("GET http://"+"a"*300+"/ HTTP/1.1"),
    },
    (400, "the host looks like an IPv4 address but is not in dotted decimal"): {
        "hexadecimal numbers as address": req("GET http://0x7f.1/ HTTP/1.1"),
        "octal numbers as address": req("GET http://0177.0.0.1/ HTTP/1.1"),
        "one number as address": req("GET http://2130706433/ HTTP/1.1"),
    },
    (400, "the host is no valid IPv6 address"): {
        "IPv6 with a zone": req("GET http://[fe80::1%25eth0]/ HTTP/1.1"),
    },
    (400, "the host's bracket is not closed"): {
        "IPv6 unfinished": req("GET http://[::1/ HTTP/1.1"),
    },
    (421, "This is not the place you asked for"): {
        "asterisk": req("OPTIONS * HTTP/1.1"),
    },
    (400, "the port is missing"): {
        "CONNECT without a port": req("CONNECT demo.latchkey.test HTTP/1.1"),
    },
    (400, "the request has two Host fields"): {
        "two Hosts": req(f"GET {H} HTTP/1.1","Host: other.test"),
        "two equal Hosts": req(f"GET {H} HTTP/1.1","Host: demo.latchkey.test"),
    },
    (400, "not valid HTTP/1.1: bad Transfer-Encoding"): {
        "length and chunked": post("Content-Length: 3","Transfer-Encoding: chunked",body=b"0\r\n\r\n"),
        "chunked twice": post("Transfer-Encoding: chunked","Transfer-Encoding: chunked",body=b"0\r\n\r\n"),
        "chunked, then identity": post("Transfer-Encoding: chunked","Transfer-Encoding: identity",body=b"0\r\n\r\n"),
    },
    (400, "not valid HTTP/1.1: bad Content-Length"): {
        "chunked and length": post("Transfer-Encoding: chunked","Content-Length: 3",body=b"0\r\n\r\n"),
        "signed length": post("Content-Length: +1",body=b"a"),
        "negative length": post("Content-Length: -1",body=b"a"),
        "hexadecimal length": post("Content-Length: 0x1",body=b"a"),
        "empty length": post("Content-Length: ",body=b"a"),
        "length with a space within": post("Content-Length: 1 0",body=b"a"*10),
        "length that overflows": post("Content-Length: 18446744073709551617",body=b"a"),
        "trailer that is a length": post("Transfer-Encoding: chunked",body=b"0\r\nContent-Length: 1\r\n\r\n"),
    },
    (400, "not valid HTTP/1.1: multiple Content-Length"): {
        "two lengths": post("Content-Length: 1","Content-Length: 2",body=b"ab"),
        "two lengths in one line": post("Content-Length: 1, 2",body=b"ab"),
    },
    (400, "Transfer-Encoding is not exactly \"chunked\""): {
        "coding xchunked": post("Transfer-Encoding: xchunked",body=b"0\r\n\r\n"),
        "coding gzip, chunked": post("Transfer-Encoding: gzip, chunked",body=b"0\r\n\r\n"),
        "coding chunked, chunked": post("Transfer-Encoding: chunked, chunked",body=b"0\r\n\r\n"),
        "identity": post("Transfer-Encoding: identity",body=b"0\r\n\r\n"),
        "chunked in quotes": post('Transfer-Encoding: "chunked"',body=b"0\r\n\r\n"),
    },
    (400, "Transfer-Encoding comes with HTTP/1.0"): {
        "chunked in HTTP/1.0": req(f"POST {H} HTTP/1.0","Transfer-Encoding: chunked",body=b"0\r\n\r\n"),
    },
    (400, "not valid HTTP/1.1: bad field"): {
        "space before a colon": req(f"GET {H} HTTP/1.1","A : b"),
        "space before Content-Length's colon": post("Content-Length : 1",body=b"a"),
        "tab before Transfer-Encoding's colon": post("Transfer-Encoding\t: chunked",body=b"0\r\n\r\n"),
        "header line without a colon": req(f"GET {H} HTTP/1.1","A b"),
        "header without a name": req(f"GET {H} HTTP/1.1",": b"),
        "parenthesis in a header's name": req(f"GET {H} HTTP/1.1","A(b): c"),
        "octet above 127 in a header's name": req(f"GET {H} HTTP/1.1","\xe9: c"),
    },
    (400, "a line of the header begins with white space"): {
        "folded header": req(f"GET {H} HTTP/1.1","A: b","  c"),
        "folded Transfer-Encoding": post("Transfer-Encoding:","  chunked",body=b"0\r\n\r\n"),
        "first header folded": (f"GET {H} HTTP/1.1\r\n Host: x\r\n\r\n").encode(),
    },
    (400, "the header has a CR without LF"): {
        "CR in a header": req(f"GET {H} HTTP/1.1","A: b\rc"),
        "bare carriage returns": (f"GET {H} HTTP/1.1\rHost: demo.latchkey.test\r\r").encode()+b"\r\n\r\n",
    },
    (400, "the header has an LF without CR"): {
        "bare line feeds": (f"GET {H} HTTP/1.1\nHost: demo.latchkey.test\n\n").encode(),
        "one bare line feed": (f"GET {H} HTTP/1.1\r\nHost: demo.latchkey.test\nA: b\r\n\r\n").encode(),
    },
    (431, "the header is too large"): {
        "header of 100000 octets": req(f"GET {H} HTTP/1.1","A: "+"b"*100000),
    },
    (431, "the header has too many fields"): {
        "1000 headers": req(f"GET {H} HTTP/1.1",*[f"A{n}: b" for n in range(1000)]),
    },
    (400, "not valid HTTP/1.1: bad chunk"): {
        "chunk size in letters": post("Transfer-Encoding: chunked",body=b"xyz\r\n"),
        "chunk size with a sign": post("Transfer-Encoding: chunked",body=b"+1\r\na\r\n0\r\n\r\n"),
        "chunk size that overflows": post("Transfer-Encoding: chunked",body=b"fffffffffffffffff\r\na"),
        "chunk longer than its size": post("Transfer-Encoding: chunked",body=b"1\r\nab\r\n0\r\n\r\n"),
    },
    (400, "not valid HTTP/1.1: bad chunk extension"): {
        "chunk size with 0x": post("Transfer-Encoding: chunked",body=b"0x1\r\na\r\n0\r\n\r\n"),
        "chunk ended by a line feed": post("Transfer-Encoding: chunked",body=b"1\na\r\n0\r\n\r\n"),
    },
    (431, "a chunk's line or the trailers are too large"): {
        "chunk extension of 100000 octets": post("Transfer-Encoding: chunked",body=b"1;"+b"a"*100000+b"\r\na\r\n0\r\n\r\n"),
    },
}
CASES = [pytest.param(octets, *answer, id=name) for answer, requests in REQUESTS.items() for name, octets in requests.items()]


def told(port, octets):
    """All that the port says to these octets, until it closes."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as stream:
        try:
            stream.sendall(octets)
            while piece := stream.recv(65536):
                answer += piece
        except (ConnectionResetError, BrokenPipeError):
            pass  # it closed while we were still talking
    return answer


def test_there_are_enough_of_them():
    assert len(CASES) >= 90


@pytest.mark.parametrize("octets, status, reason", CASES)
def test_it_gets_this_answer_and_no_other(module_proxy, octets, status, reason):
    answer = told(module_proxy.port, octets + NEXT).decode()
    if status is None:
        assert answer == ""
        return
    header, _, body = answer.partition("\r\n\r\n")
    assert header.split(" ")[:2] == ["HTTP/1.1", str(status)]
    assert "\r\nConnection: close" in header
    assert f"It was refused: {reason}.\n" in body or body.startswith(f"{reason}\n"), body
    assert answer.count("HTTP/1.1 ") == 1, "what followed was taken for a request"


def test_the_proxy_is_well(module_proxy):
    assert b" 200 OK" in told(module_proxy.port, req(f"GET {H} HTTP/1.1", "Connection: close"))
    assert module_proxy.status()["armed"]
