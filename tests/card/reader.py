"""Carries commands between a card and whoever reads it, in vpcd's protocol: u16 length (big endian) and payload.

A payload of one octet is the reader's: 0 power off, 1 power on, 2 reset, 4 "send the ATR"; anything else is a command.
The reader listens. Connecting is how a card is plugged in, and closing how it is pulled out; while it is in it connects
again and again, because the reader may begin later than the card, or end and come back.
"""
import select
import socket
import threading

from applet import ATR, NeverAnswers

_OFF, _ON, _RESET, _ATR = 0, 1, 2, 4
_SECONDS_BETWEEN_TRIES = 0.02


class Slot:
    """Where the card can be put in and taken out, as often as one likes."""

    def __init__(self, applet):
        self._applet = applet
        self._guard = threading.Lock()
        self._pulled = threading.Event()  # one for each time it is plugged in
        self._pulled.set()
        self._connection = None

    @property
    def plugged(self):
        return not self._pulled.is_set()

    def plug(self, address):
        """`address` is that of a TCP socket (host, port), or a UNIX socket's path."""
        with self._guard:
            if self.plugged:
                return
            self._pulled = threading.Event()
        threading.Thread(target=self._stay, args=[address, self._pulled], daemon=True).start()

    def pull(self):
        """Out at once, in the middle of a command too."""
        with self._guard:
            self._pulled.set()
            if self._connection:
                self._connection.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for a command
                self._connection = None
        self._applet.reset()

    def _stay(self, address, pulled):
        while not pulled.wait(_SECONDS_BETWEEN_TRIES):
            try:
                connection = _connected(address)
            except OSError:
                continue
            with connection:
                with self._guard:
                    if pulled.is_set():
                        return
                    self._connection = connection
                self._serve(connection)
                with self._guard:
                    if self._connection is connection:
                        self._connection = None
                self._applet.reset()

    def _serve(self, connection):
        self._applet.interference.power_fails_within = lambda seconds: _closes_within(connection, seconds)
        try:
            while True:
                if connection.family == socket.AF_INET:  # else the kernel's delayed acknowledgements cost 44 ms each
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
                payload = _exactly(connection, int.from_bytes(_exactly(connection, 2)))
                answer = self._answer(payload)
                if answer is not None:
                    connection.sendall(len(answer).to_bytes(2) + answer)
        except (OSError, EOFError):
            pass

    def _answer(self, payload):
        if len(payload) == 1:
            if payload[0] in (_OFF, _ON, _RESET):
                self._applet.reset()
            return ATR if payload[0] == _ATR else None
        try:
            return self._applet.execute(payload)
        except NeverAnswers:
            return None


def _connected(address):
    if isinstance(address, tuple):
        connection = socket.create_connection(address)
        if connection.getsockname() == connection.getpeername():  # nobody listens: TCP has connected us to ourselves
            connection.close()
            raise ConnectionRefusedError
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def _closes_within(connection, seconds):
    """Waits that long, or until either side closes."""
    poll = select.poll()
    poll.register(connection, select.POLLRDHUP)
    return bool(poll.poll(seconds * 1000))


def _exactly(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data
