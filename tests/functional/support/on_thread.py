"""A server of Python's own that answers while the test goes on.

    class Mine(OnThread, socketserver.TCPServer): ...

    with Mine(("127.0.0.1", 0), Handler) as server:
"""
import socketserver
import threading


class OnThread(socketserver.ThreadingMixIn):
    """Serves inside the block, and is closed at its end. A client that breaks off is no news."""

    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_):
        pass

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
