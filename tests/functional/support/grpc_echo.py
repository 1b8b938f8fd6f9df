"""A gRPC service that echoes a stream of messages, and a client of it; messages are octets, without protocol buffers.

    grpc_echo.py serve PORT CHAIN KEY CLIENTS   prints the subject of each client's certificate; CLIENTS are those it takes
    grpc_echo.py call TARGET ROOTS COUNT        sends COUNT messages, each after the answer to the one before, and prints how
                                                many came back right, and the trailer `count`
"""
import concurrent.futures
import pathlib
import sys
import threading

import grpc

ECHO = "/latchkey.tests/Echo"


class Echo(grpc.GenericRpcHandler):
    """One method: what comes goes back, and how often it did is a trailer."""

    def service(self, call):
        return grpc.stream_stream_rpc_method_handler(self._echo) if call.method == ECHO else None

    @staticmethod
    def _echo(messages, context):
        subject = context.auth_context().get("x509_common_name", [b""])[0].decode()
        print(f"called by {subject}", flush=True)
        count = 0
        for message in messages:
            count += 1
            yield message
        context.set_trailing_metadata([("count", str(count))])


def serve(port, chain, key, clients):
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(4), handlers=[Echo()])
    certificate = pathlib.Path(chain).read_bytes()
    credentials = grpc.ssl_server_credentials([(pathlib.Path(key).read_bytes(), certificate)],
                                              pathlib.Path(clients).read_bytes(), require_client_auth=True)
    if server.add_secure_port(f"127.0.0.1:{port}", credentials) == 0:
        sys.exit(1)
    server.start()
    server.wait_for_termination()


def call(target, roots, count):
    credentials = grpc.ssl_channel_credentials(pathlib.Path(roots).read_bytes())
    with grpc.secure_channel(target, credentials) as channel:
        may_send = threading.Semaphore(1)

        def messages():
            for number in range(int(count)):
                may_send.acquire(timeout=20)
                yield bytes([number % 256]) * (number * 100 + 1)

        stream = channel.stream_stream(ECHO)(messages(), timeout=60, wait_for_ready=False)
        right = 0
        for number, message in enumerate(stream):
            right += message == bytes([number % 256]) * (number * 100 + 1)
            may_send.release()
        print(right, dict(stream.trailing_metadata())["count"])


if __name__ == "__main__":
    {"serve": serve, "call": call}[sys.argv[1]](*sys.argv[2:])
