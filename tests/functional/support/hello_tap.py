"""A forwarder between the product and a server that keeps each connection's first message, the ClientHello."""
import contextlib
import socket
import threading

_PRE_SHARED_KEY = 41


def offered_ticket(hello):
    """The ticket in a ClientHello record's pre_shared_key extension (RFC 8446, section 4.2.11), or None."""
    at = 5 + 4 + 34
    at += 1 + hello[at]
    at += 2 + int.from_bytes(hello[at:at + 2], "big")
    at += 1 + hello[at] + 2
    while at + 4 <= len(hello):
        kind, length = int.from_bytes(hello[at:at + 2], "big"), int.from_bytes(hello[at + 2:at + 4], "big")
        if kind == _PRE_SHARED_KEY:
            identity = hello[at + 6:]
            return bytes(identity[2:2 + int.from_bytes(identity[:2], "big")])
        at += 4 + length
    return None


class HelloTap:
    """Listens on `port` of 127.0.0.1 and forwards to `target`."""

    def __init__(self, target):
        self._target = target
        self.hellos = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._listener.getsockname()[1]

    def tickets(self):
        """What was offered, one entry for each connection that offered one."""
        return [ticket for ticket in map(offered_ticket, list(self.hellos)) if ticket]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with contextlib.suppress(OSError), client, socket.create_connection(("127.0.0.1", self._target)) as server:
            hello = client.recv(65536)
            while hello and len(hello) < 5 + int.from_bytes(hello[3:5], "big"):
                hello += client.recv(65536)
            self.hellos.append(hello)
            server.sendall(hello)
            back = threading.Thread(target=self._copy, args=(server, client), daemon=True)
            back.start()
            self._copy(client, server)
            back.join()

    @staticmethod
    def _copy(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
