"""A client that leaves before it has its answer is not waited for, and what was begun for it ends."""
import http.client
import socket
import types

import pytest

from support import servers

REQUESTS = {
    "HTTP": b"GET http://party.test/ HTTP/1.1\r\nHost: party.test\r\n\r\n",
    "HTTP with a body": b"POST http://party.test/ HTTP/1.1\r\nHost: party.test\r\nContent-Length: 5\r\n\r\n",
    "CONNECT": b"CONNECT party.test:80 HTTP/1.1\r\nHost: party.test\r\n\r\n",
    "SOCKS4a": b"\x04\x01\x00\x50\x00\x00\x00\x01\x00party.test\x00",
}


@pytest.fixture
def silent():
    """A party whose handshake never goes on: its port takes connections, and nobody reads from them."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield types.SimpleNamespace(port=listener.getsockname()[1])


def phases(status):
    return [connection["phase"] for connection in status["connections"]]


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
@pytest.mark.parametrize("reset", [False, True], ids=["closes", "resets"])
def test_in_the_middle_of_a_handshake(latchkey, silent, request_, reset):
    with latchkey(silent) as proxy:
        client = socket.create_connection(("127.0.0.1", proxy.port))
        client.sendall(request_)
        proxy.until(lambda status: phases(status) == ["handshake"], "speaks with the party")
        if reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        client.close()
        proxy.until(lambda status: not status["connections"], "has given up the handshake", 8)
        assert proxy.status()["refusals"] == []


def test_while_the_party_makes_up_its_answer(latchkey, pki):
    with servers.BodyServer(pki.server()) as server, latchkey(server) as proxy:
        connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=30)
        connection.request("GET", "http://party.test/silence")
        proxy.until(lambda status: phases(status) == ["exchanging"], "waits for the party")
        connection.close()
        proxy.until(lambda status: not status["connections"], "has closed the party's connection")
        assert proxy.status()["refusals"] == []
