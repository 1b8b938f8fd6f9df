"""The port serves the user who runs it and nobody else on the machine, root included, however quick they are.

Only root can be several users, so these tests run where root runs them: in CI.
"""
import os
import subprocess

import pytest

from support import servers

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to act as other users")

ROOT, JO, EVE = 0, 65532, 65533
REQUEST = "GET http://party.test/index.html HTTP/1.1\r\nHost: party.test\r\nConnection: close\r\n\r\n"

# Connects, says its request, and reads the answer, or closes or resets without a look at it.
_CLIENT = """
import socket, struct, sys
port, then = int(sys.argv[1]), sys.argv[2]
stream = socket.create_connection(("127.0.0.1", port), timeout=20)
stream.sendall(sys.argv[3].encode())
if then == "reset":
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
if then == "read":
    try:
        while data := stream.recv(65536):
            sys.stdout.buffer.write(data)
    except ConnectionResetError:
        pass
stream.close()
"""


def ask(uid, port, then="read"):
    return subprocess.run(["/usr/bin/python3", "-c", _CLIENT, str(port), then, REQUEST], user=uid, group=uid, extra_groups=[],
                          capture_output=True, text=True, timeout=60, check=True).stdout


@pytest.mark.parametrize("owner, other", [(ROOT, EVE), (JO, EVE), (JO, ROOT)],
                         ids=["root's port", "another's port", "root at another's port"])
def test_another_user_is_refused(latchkey, pki, owner, other):
    with servers.Nginx(pki.server()) as server, latchkey(server, uid=owner or None) as proxy:
        answer = ask(other, proxy.port)
        assert not answer or answer.startswith("HTTP/1.1 403 "), answer
        assert server.seen() == []
        assert ask(owner, proxy.port).startswith("HTTP/1.1 200 ")


@pytest.mark.parametrize("owner, other", [(ROOT, EVE), (JO, EVE)], ids=["root's port", "another's port"])
@pytest.mark.parametrize("then", ["close", "reset"])
def test_another_user_who_leaves_at_once_has_done_nothing(latchkey, pki, owner, other, then):
    with servers.Nginx(pki.server()) as server, latchkey(server, uid=owner or None) as proxy:
        for _ in range(50):
            ask(other, proxy.port, then)
        # The owner's request is served after those: one connection is all that the party has seen.
        assert ask(owner, proxy.port).startswith("HTTP/1.1 200 ")
        assert len(server.certificates()) == 1
