"""The machine's dispatcher with its two sockets, as systemd would start it: it gets them as descriptors, and tells when it is
ready. Takes root to run it as a user who has no rights at all."""
import fcntl
import os
import pathlib
import select
import shutil
import socket
import subprocess

from support import wait
from support.children import die_with_parent
from support.latchkey import BINARY, SLOWNESS, Running

NOBODY = 65534
# The shell is the process that becomes the program: only it knows the number that systemd would say.
_HAND_OVER = 'LISTEN_PID=$$ exec "$@"'


def start_with_sockets(command, sockets, environment, stored=None, **options):
    """Starts a program with these sockets as its descriptors 3, 4, ..., as systemd does for a socket unit (sd_listen_fds(3)).

    `stored` is {name: descriptor}: what the service has had systemd store, in an earlier life of it.
    """
    stored = stored or {}
    names = ["test.socket"] * len(sockets) + list(stored)
    high = [fcntl.fcntl(each, fcntl.F_DUPFD, 50) for each in [*(each.fileno() for each in sockets), *stored.values()]]
    redirections = " ".join(f"{3 + index}<&{number}" for index, number in enumerate(high))
    try:
        return subprocess.Popen(["bash", "-c", f"{_HAND_OVER} {redirections}", "bash", *map(str, command)], pass_fds=high,
                                env=environment | {"LISTEN_FDS": str(len(names)), "LISTEN_FDNAMES": ":".join(names)}, stdin=subprocess.DEVNULL,
                                preexec_fn=die_with_parent, start_new_session=True, **options)
    finally:
        for number in high:
            os.close(number)


class ServiceManager:
    """Where a program tells systemd of itself (sd_notify(3))."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / "notify"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self.path.chmod(0o777)
        self.told = []
        self.stored = {}

    def look(self):
        """All lines so far."""
        while select.select([self._socket], [], [], 0)[0]:
            message, descriptors, _, _ = socket.recv_fds(self._socket, 4096, 1)
            lines = message.decode().splitlines()
            self.told += lines
            self._store(dict(line.split("=", 1) for line in lines), descriptors)
        return self.told

    def _store(self, said, descriptors):
        """As systemd does for FDSTORE=1 and FDSTOREREMOVE=1, what cannot be polled included."""
        if "FDSTORE" in said or "FDSTOREREMOVE" in said:
            before = self.stored.pop(said["FDNAME"], None)
            if before is not None:
                assert "FDSTOREREMOVE" in said, "the name is taken"
                os.close(before)
        if "FDSTORE" in said:
            assert said["FDPOLL"] == "0"
            [self.stored[said["FDNAME"]]] = descriptors

    def forget_stored(self):
        """As when the service is stopped, and not restarted."""
        while self.stored:
            os.close(self.stored.popitem()[1])

    def close(self):
        self.forget_stored()
        self._socket.close()


class Dispatcher(Running):
    """`latchkey dispatch` as user nobody. `port` stays this one's, also while it does not run: systemd holds it."""

    name = "latchkey dispatch"

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(mode=0o755)
        self.path = self.folder / "dispatch.sock"
        self.manager = ServiceManager(self.folder)
        self._binary = shutil.copy(BINARY, self.folder / "latchkey")
        self._port = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._port.getsockname()[1]
        self._entry = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._entry.bind(str(self.path))
        self.path.chmod(0o666)
        self._entry.listen(64)
        self.process = None

    @property
    def log(self):
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = start_with_sockets(
                [self._binary, "dispatch"], [self._port, self._entry],
                {"NOTIFY_SOCKET": str(self.manager.path), "PATH": os.environ["PATH"]}, self.manager.stored,
                user=NOBODY, group=NOBODY, extra_groups=[], cwd="/", stdout=log, stderr=log)
        wait.until(lambda: "READY=1" in self.manager.look(), "the dispatcher is ready", 10 * SLOWNESS)
        self.manager.told.clear()
        return self

    def stop(self):
        if self.process is not None:
            process, self.process = self.process, None
            self.end(process)
            self.manager.look()

    def close(self):
        self.manager.close()
        self._port.close()
        self._entry.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        super().__exit__(*error)
        self.close()
