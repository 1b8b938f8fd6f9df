"""What a resumed connection saves: handshakes a second, and processor time of proxy and signer for each."""
import contextlib
import http.client
import os
import pathlib
import time

import pytest

from support import latchkey as product
from support import servers

COUNT = 20 if product.VARIANT else 200
TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(*pids):
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def fetch(port, host):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", f"http://{host}/index.html", headers={"Connection": "close"})
    assert connection.getresponse().read() == servers.ANSWER
    connection.close()


@pytest.mark.parametrize("key", ["p256", "rsa"])
@pytest.mark.parametrize("tls", servers.VERSIONS)
def test_a_resumed_connection_is_cheaper(latchkey, token, pki, measured, tls, key):
    kept = {"full.test": False, "resumed.test": True}
    spent = {}
    with contextlib.ExitStack() as stack:
        parties = {host: stack.enter_context(servers.Nginx(pki.server(host=host), tls, tickets=tickets))
                   for host, tickets in kept.items()}
        entries = [{"hosts": [host], "ports": [server.port], "roots": pki.root.certificate, "allow_private": True}
                   for host, server in parties.items()]
        proxy = stack.enter_context(latchkey(parties=entries, token=token(key)))
        for host, server in parties.items():
            fetch(proxy.port, host)  # the first one is full in any case
            pids = proxy.process.pid, proxy.status()["token"]["signer_pid"]
            before, begun = processor_seconds(*pids), time.monotonic()
            for _ in range(COUNT):
                fetch(proxy.port, host)
            took = time.monotonic() - begun
            spent[host] = (processor_seconds(*pids) - before) / COUNT
            assert server.resumed(COUNT + 1)[1:] == [host == "resumed.test"] * COUNT
            measured(f"TLS {tls}, {key}, {host.removesuffix('.test')} handshakes, one after the other",
                     f"{COUNT / took:.0f} connections/s, {spent[host] * 1e3:.2f} ms of processor time for each")
    assert product.VARIANT or spent["resumed.test"] < spent["full.test"]
