"""Backends that people run: nginx behind a gate, WebSockets through it; and one that never answers."""
import contextlib
import socket
import subprocess

import pytest

from support import clients, servers, wait
from support.children import die_with_parent
from support.gates import Gate
from support.latchkey import ROOT

_NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log stderr warn;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder}; default_type text/plain; underscores_in_headers on;
  server {{
    listen unix:{folder}/backend;
    location = /who {{ return 200 "$http_x_latchkey_identity|$http_x_latchkey_fingerprint|$http_x_latchkey_method\\n"; }}
    location / {{ root {folder}/www; }}
  }}
}}
"""
_SPOOFED = ["X-Latchkey-Identity: mallory", "X_Latchkey_Identity: mallory", "x-LATCHKEY_identity: mallory"]

_ECHO_SERVER = """
const { WebSocketServer } = require('ws');
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 }, () => console.log(server.address().port));
server.on('connection', (socket, request) => {
  socket.send(request.headers['x-latchkey-identity'] || 'nobody');
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
"""
# Sends what it is told, and prints the length of all that it got back in order.
_WS_CLIENT = """
const fs = require('fs'), crypto = require('crypto'), { WebSocket } = require('ws');
const [url, chain, key] = process.argv.slice(1);
const socket = new WebSocket(url, { cert: fs.readFileSync(chain), key: fs.readFileSync(key), rejectUnauthorized: false,
  servername: 'party.test', headers: { Host: 'party.test' } });
const large = crypto.randomBytes(1 << 20);
let count = 0;
socket.on('message', (data, isBinary) => {
  count++;
  if (count === 1) { console.log(data.toString()); socket.send('text'); }
  if (count === 2) { console.log(isBinary, data.toString()); socket.send(large); }
  if (count === 3) { console.log(isBinary, Buffer.compare(data, large)); socket.close(1000); }
});
socket.on('close', code => console.log('closed', code));
socket.on('error', error => console.log('error', error.message));
"""


@pytest.fixture
def nginx(home):
    folder = home / "nginx"
    (folder / "www").mkdir(parents=True)
    folder.chmod(0o755)
    home.chmod(0o755)
    (folder / "www/large").write_bytes(bytes(range(256)) * 20000)
    (folder / "conf").write_text(_NGINX.format(folder=folder))
    process = subprocess.Popen(["/usr/sbin/nginx", "-e", "stderr", "-p", str(folder), "-c", str(folder / "conf")],
                               stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
    wait.until((folder / "backend").exists, "nginx listens")
    yield f"unix:{folder}/backend"
    process.terminate()
    process.wait(30)


def test_nginx_is_told_who_comes_and_by_nobody_else(home, pki, nginx):
    alice = pki.person()
    with Gate(home, pki, nginx) as gate:
        assert gate.ask("/who", alice).text == f"alice@example.org|{alice.key_sha256}|x509\n"
        for header in _SPOOFED:
            name, _, value = header.partition(": ")
            assert gate.ask("/who", alice, headers={name: value}).text == f"alice@example.org|{alice.key_sha256}|x509\n"


def test_nginx_serves_a_file_whole_and_in_part(home, pki, nginx):
    with Gate(home, pki, nginx) as gate:
        whole = gate.ask("/large", pki.person())
        assert whole.status == 200 and whole.body == bytes(range(256)) * 20000
        part = gate.ask("/large", pki.person(), headers={"Range": "bytes=256-511"})
        assert part.status == 206 and part.body == bytes(range(256))


@contextlib.contextmanager
def websocket_server():
    process = subprocess.Popen(["node", "-e", _ECHO_SERVER], cwd=ROOT / "build/npm", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               env=clients.environment(NODE_PATH=str(ROOT / "build/npm/node_modules")), preexec_fn=die_with_parent)
    try:
        yield f"127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


def test_a_websocket_passes_in_both_directions(home, pki):
    alice = pki.person()
    with websocket_server() as backend, Gate(home, pki, backend) as gate:
        done = clients.run(["node", "-e", _WS_CLIENT, f"wss://127.0.0.1:{gate.port}/", alice.chain, alice.key],
                           NODE_PATH=str(ROOT / "build/npm/node_modules"))
        assert done.body.splitlines() == ["alice@example.org", "false text", "true 0", "closed 1000"], done


@pytest.mark.slow
def test_a_backend_that_takes_no_connection_is_a_504(home, pki):
    with contextlib.ExitStack() as stack:
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        address = silent.getsockname()
        for _ in range(4):  # until its queue is full, and the kernel answers no more
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        with Gate(home, pki, f"127.0.0.1:{address[1]}") as gate:
            answer = gate.ask("/", pki.person())
            assert answer.status == 504 and "does not answer" in answer.text
