"""The status page as a browser without a window uses it: the page, its forms, its events."""
import contextlib
import http.client
import re
import socket
import urllib.parse


class StatusPage:
    """The one of a running Latchkey."""

    def __init__(self, proxy):
        self.port = proxy.port
        self.host = f"127.0.0.1:{proxy.port}"
        self.origin = f"http://{self.host}"

    def ask(self, method, path, body=None, headers=()):
        """(status, headers, text), each time on a connection of its own. A header that is None is left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            headers = {name: value for name, value in {"Host": self.host, **dict(headers)}.items() if value is not None}
            connection.putrequest(method, path, skip_host=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(body.encode() if body is not None else None)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()

    def html(self):
        status, _, text = self.ask("GET", "/", headers={"Accept": "text/html"})
        assert status == 200, text
        return text

    def key(self):
        return re.search(r'name="key" value="([0-9a-f]{64})"', self.html())[1]

    def send(self, path, fields, **headers):
        """Sends a form as a browser does; keyword arguments are other headers, None takes one away."""
        body = urllib.parse.urlencode(fields)
        usual = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin", "Accept": "text/html",
                 "Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        return self.ask("POST", path, body, usual | {name.replace("_", "-"): value for name, value in headers.items()})


class Events:
    """Listens; `parts` is what the page's parts say now."""

    def __init__(self, page, **headers):
        self._socket = socket.create_connection(("127.0.0.1", page.port), timeout=20)
        lines = [f"GET /events HTTP/1.1\r\nHost: {page.host}\r\n", *(f"{name}: {value}\r\n" for name, value in headers.items()), "\r\n"]
        self._socket.sendall("".join(lines).encode())
        self._answer = http.client.HTTPResponse(self._socket)
        self._answer.begin()
        self.status = self._answer.status
        self.headers = self._answer.headers
        self.parts = {}
        self._pending = b""

    def _next(self):
        """Reads one event; False at the end of the stream."""
        while b"\n\n" not in self._pending:
            piece = self._answer.read1(65536)
            if not piece:
                return False
            self._pending += piece
        text, _, self._pending = self._pending.partition(b"\n\n")
        lines = text.decode().split("\n")
        name = [line[7:] for line in lines if line.startswith("event: ")]
        if name:
            self.parts[name[0]] = "\n".join(line[6:] for line in lines if line.startswith("data: "))
        return True

    def until(self, part, holds):
        """Reads on until that part is so; returns it."""
        while not (part in self.parts and holds(self.parts[part])):
            assert self._next(), f"the stream ended, and {part} is {self.parts.get(part)}"
        return self.parts[part]

    def quiet(self, seconds):
        """Is nothing sent for so long? Not to be read any more after that."""
        self._socket.settimeout(seconds)
        try:
            self._next()
        except TimeoutError:
            return True
        return False

    def ends(self):
        """Reads to the end of the stream."""
        with contextlib.suppress(ConnectionError, http.client.IncompleteRead):
            while self._next():
                pass

    def close(self):
        self._answer.close()
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

