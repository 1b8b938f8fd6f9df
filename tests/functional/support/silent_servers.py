"""Parties that say nothing: one that takes connections, one that does not even do that. They are sockets of the test's own."""
import socket


class SilentServer:
    """Takes every connection and never answers: whoever begins a handshake waits in it."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._listener.settimeout(20)
        self.port = self._listener.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()


class FullServer:
    """Its queue of connections is full, and nobody takes one out: whoever dials it waits until a limit ends that."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.port = self._listener.getsockname()[1]
        self._queued = [socket.create_connection(("127.0.0.1", self.port))]
        for _ in range(2):  # how many fit is for the kernel to say; those that do not fit go on trying
            more = socket.socket()
            more.setblocking(False)
            more.connect_ex(("127.0.0.1", self.port))
            self._queued.append(more)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in (*self._queued, self._listener):
            each.close()
