"""Real memcached servers, and one that lies.

    with Memcached() as server:
        latchkey(..., cache={"memcached": [server.address]})
"""
import re
import signal
import socket
import socketserver
import subprocess

from support import wait
from support.children import die_with_parent
from support.on_thread import OnThread
from support.servers import free_port


class Memcached:
    """A memcached of the test's own, on a port of loopback that stays the same through kill() and start()."""

    def __init__(self, *options):
        self.options = options
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.process = None

    def start(self):
        self.process = subprocess.Popen(["memcached", "-u", "nobody", "-l", "127.0.0.1", "-p", str(self.port), "-U", "0",
                                         "-t", "1", *self.options],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        preexec_fn=die_with_parent)
        wait.until(lambda: self.talk(b"version\r\n").startswith(b"VERSION"), "memcached answers")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def talk(self, request):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(request)
                return connection.recv(65536)
        except OSError:
            return b""

    def stat(self, name):
        return int(re.search(rf"STAT {name} (\d+)", self.talk(b"stats\r\n").decode()).group(1))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.thaw()
        self.kill()


class _Lies(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        while line := self.rfile.readline():
            words = line.split()
            if words[0] in (b"get", b"gets") and self.server.raw:
                self.server.raw(self.wfile, words[1:])
            elif words[0] in (b"get", b"gets"):
                for key in words[1:]:
                    value = self.server.give(key.decode())
                    if value is not None:
                        self.wfile.write(b"VALUE %s 0 %d\r\n%s\r\n" % (key, len(value), value))
                self.wfile.write(b"END\r\n")
            elif words[0] == b"set":
                value = self.rfile.read(int(words[4]))
                self.rfile.readline()
                self.server.values[words[1].decode()] = value
                self.wfile.write(b"STORED\r\n")
            elif words[0] == b"version":
                self.wfile.write(b"VERSION 1.6.0\r\n")
            else:
                self.wfile.write(b"ERROR\r\n")


class Liar(OnThread, socketserver.TCPServer):
    """Speaks memcached's text protocol, keeps what is stored, and gives `lie(key, values)`.

    With `raw(stream, keys)` that one answers the keys, in whatever way it likes.
    """

    def __init__(self, lie=lambda key, values: values.get(key), port=0):
        super().__init__(("127.0.0.1", port), _Lies)
        self.values = {}
        self.lie = lie
        self.raw = None
        self.address = f"127.0.0.1:{self.server_address[1]}"

    def give(self, key):
        return self.lie(key, self.values)
