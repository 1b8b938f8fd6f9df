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


def start_with_sockets(command, sockets, environment, **options):
    """Starts a program with these sockets as its descriptors 3, 4, ..., as systemd does for a socket unit (sd_listen_fds(3))."""
    high = [fcntl.fcntl(each.fileno(), fcntl.F_DUPFD, 50) for each in sockets]
    redirections = " ".join(f"{3 + index}<&{number}" for index, number in enumerate(high))
    try:
        return subprocess.Popen(["bash", "-c", f"{_HAND_OVER} {redirections}", "bash", *map(str, command)], pass_fds=high,
                                env=environment | {"LISTEN_FDS": str(len(sockets))}, stdin=subprocess.DEVNULL,
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

    def look(self):
        """All lines so far."""
        while select.select([self._socket], [], [], 0)[0]:
            self.told += self._socket.recv(4096).decode().splitlines()
        return self.told


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
                {"NOTIFY_SOCKET": str(self.manager.path), "PATH": os.environ["PATH"]},
                user=NOBODY, group=NOBODY, extra_groups=[], cwd="/", stdout=log, stderr=log)
        wait.until(lambda: "READY=1" in self.manager.look(), "the dispatcher is ready", 10 * SLOWNESS)
        self.manager.told.clear()
        return self

    def stop(self):
        if self.process is not None:
            process, self.process = self.process, None
            self.end(process)

    def close(self):
        self._port.close()
        self._entry.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        super().__exit__(*error)
        self.close()
