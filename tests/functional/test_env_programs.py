"""What `latchkey env` prints, evaluated by a shell, brings programs to the proxy, and leaves loopback alone."""
import http.server
import os
import subprocess
import threading

import pytest
from support.latchkey import BINARY, configuration


@pytest.fixture
def recorder():
    """A server on loopback that notes the request line of whoever comes, and refuses."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def refuse(self):
            seen.append(self.requestline)
            self.send_error(403)
            self.close_connection = True

        do_GET = do_HEAD = do_CONNECT = refuse

        def log_message(self, *_):
            pass

    seen = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1], seen
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def shell(recorder, tmp_path):
    """Runs a command in a shell that has evaluated `latchkey env`."""
    config = tmp_path / "latchkey/config.toml"
    config.parent.mkdir()
    config.write_text(configuration(listen={"address": [f"127.0.0.1:{recorder[0]}"]}))
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}

    folders = dict.fromkeys(["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"], str(tmp_path))

    def run(command):
        subprocess.run(["sh", "-c", 'eval "$("$0" env --shell sh)"; ' + command, BINARY],
                       env={**clean, **folders, "HOME": str(tmp_path), "GIT_TERMINAL_PROMPT": "0"}, timeout=60,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return run


PYTHON = "/usr/bin/python3 -c 'import urllib.request; urllib.request.urlopen(\"{}\")'"


@pytest.mark.parametrize("command, line", [
    ("curl http://party.example/", "GET http://party.example/ HTTP/1.1"),
    ("curl https://party.example/", "CONNECT party.example:443 HTTP/1.1"),
    ("wget --tries=1 http://party.example/", "GET http://party.example/ HTTP/1.1"),
    ("wget --tries=1 https://party.example/", "CONNECT party.example:443 HTTP/1.1"),
    ("git ls-remote http://party.example/x", "GET http://party.example/x/info/refs?service=git-upload-pack HTTP/1.1"),
    ("git ls-remote https://party.example/x", "CONNECT party.example:443 HTTP/1.1"),
    (PYTHON.format("http://party.example/"), "GET http://party.example/ HTTP/1.1"),
    (PYTHON.format("https://party.example/"), "CONNECT party.example:443 HTTP/1.0"),
])
def test_programs_go_to_the_proxy(shell, recorder, command, line):
    shell(command)
    assert recorder[1] and set(recorder[1]) == {line}


@pytest.mark.parametrize("command", ["curl", "wget --tries=1", "python"])
def test_programs_go_to_loopback_without_the_proxy(shell, recorder, command):
    url = f"http://127.0.0.1:{recorder[0]}/here"
    shell(PYTHON.format(url) if command == "python" else f"{command} {url}")
    assert [line.split()[1] for line in recorder[1]] == ["/here"]
