#!/usr/bin/python3
"""A party that speaks HTTP/1.1, in a process of its own: body_server.py PORT CHAIN KEY.

    POST or PUT /digest     answers "COUNT SHA256\n" of the body, whatever its framing
    GET /pattern/N          N bytes of the pattern; ?framing=length (default), chunked, close, or cut: as close, but
                            the connection breaks off without TLS's close_notify
    GET /status/CODE        that status, without a body
    GET /header/NAME        the values of that header as they came, one a line
    GET /upgrade            101, and then what comes is sent back
    GET /silence            nothing, for as long as the client stays
"""
import hashlib
import http.server
import os
import ssl
import sys
import urllib.parse

from byte_server import pattern


class Server(http.server.ThreadingHTTPServer):
    def shutdown_request(self, request):
        """Ends a connection as TLS wants it: close_notify first."""
        try:
            request.unwrap()
        except OSError:
            pass
        super().shutdown_request(request)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format, *arguments):
        print(format % arguments, flush=True)

    def do_POST(self):
        digest, count = hashlib.sha256(), 0
        for piece in self._body():
            digest.update(piece)
            count += len(piece)
        self._answer(f"{count} {digest.hexdigest()}\n".encode())

    do_PUT = do_POST

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        kind, _, argument = address.path[1:].partition("/")
        if kind == "pattern":
            self._send_pattern(int(argument), dict(urllib.parse.parse_qsl(address.query)).get("framing", "length"))
        elif kind == "status":
            self.send_response(int(argument))
            if int(argument) not in (204, 304):
                self.send_header("Content-Length", "0")
            self.end_headers()
        elif kind == "header":
            self._answer("".join(f"{value}\n" for value in self.headers.get_all(argument, [])).encode())
        elif kind == "upgrade":
            self._upgrade()
        elif kind == "silence":
            self.connection.recv(1)
            self.close_connection = True
        else:
            self.send_error(404)

    do_HEAD = do_GET

    def _answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while length := int(self.rfile.readline().split(b";")[0], 16):
                yield self.rfile.read(length)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            return
        left = int(self.headers.get("Content-Length", 0))
        while left and (piece := self.rfile.read(min(left, 65536))):
            left -= len(piece)
            yield piece

    def _send_pattern(self, count, framing):
        self.send_response(200)
        if framing == "length":
            self.send_header("Content-Length", str(count))
        elif framing == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command == "HEAD":
            return
        for piece in pattern(count):
            if framing == "chunked":
                piece = f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
            self.wfile.write(piece)
        if framing == "chunked":
            self.wfile.write(b"0\r\n\r\n")
        if framing == "cut":
            os.close(self.connection.detach())

    def _upgrade(self):
        self.send_response(101)
        self.send_header("Connection", "Upgrade")
        self.send_header("Upgrade", self.headers["Upgrade"])
        self.end_headers()
        while data := self.connection.recv(65536):
            self.wfile.write(data)
        self.close_connection = True


def main(port, chain, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    server = Server(("127.0.0.1", int(port)), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
