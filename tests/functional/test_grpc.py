"""gRPC through the proxy: a stream in both directions at the same time, and trailers."""
import pathlib
import subprocess

from support import clients, servers

SCRIPT = pathlib.Path(__file__).with_name("support") / "grpc_echo.py"


class GrpcServer(servers.Server):
    name = "gRPC server"

    def __init__(self, identity, clients_certificate):
        super().__init__(identity)
        self._clients = clients_certificate

    def command(self):
        return ["/usr/bin/python3", str(SCRIPT), "serve", str(self.port), str(self.identity.chain), str(self.identity.key),
                str(self._clients)]

    def seen(self):
        return [line.removeprefix("called by ") for line in self.log.splitlines() if line.startswith("called by ")]


def test_a_stream_in_both_directions(latchkey, pki, token, home):
    with GrpcServer(pki.server(), pki.client("p256").certificate) as server, latchkey(server, token=token()) as proxy:
        (home / "cas.pem").write_text(proxy.run("ca", "export").stdout)
        done = subprocess.run(["/usr/bin/python3", str(SCRIPT), "call", f"party.test:{server.port}", str(home / "cas.pem"), "100"],
                              env=clients.environment(https_proxy=f"http://127.0.0.1:{proxy.port}"), capture_output=True,
                              text=True, timeout=60, stdin=subprocess.DEVNULL)
        assert done.stdout.split() == ["100", "100"], done.stderr
        assert server.certificates() == ["client p256"]
