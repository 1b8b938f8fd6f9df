"""The product under test, in a home of its own: configured, started, asked, stopped, and checked for what it leaves.

LATCHKEY_BINARY names the binary (build/latchkey without it), LATCHKEY_VARIANT how it was built (asan, tsan).
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess

from support import wait
from support.children import die_with_parent

ROOT = pathlib.Path(__file__).resolve().parents[3]
BINARY = pathlib.Path(os.environ.get("LATCHKEY_BINARY") or ROOT / "build/latchkey")
VARIANT = os.environ.get("LATCHKEY_VARIANT", "")
# How much longer things may take under a sanitizer.
SLOWNESS = 6 if VARIANT else 1

_REPORT = re.compile(r"(ERROR|WARNING): \w+Sanitizer|runtime error:")
_SANITIZERS = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS")


def toml(value):
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
    return str(value) if isinstance(value, int) else json.dumps(str(value))


def configuration(parties=(), **sections):
    """The text of config.toml: keyword arguments are its tables, `parties` its [[party]] entries."""
    lines = []
    for name, table in sections.items():
        lines += [f"[{name}]", *(f"{key} = {toml(value)}" for key, value in table.items()), ""]
    for party in parties:
        lines += ["[[party]]", *(f"{key} = {toml(value)}" for key, value in party.items()), ""]
    return "\n".join(lines)


def processes_of_session(session):
    """Processes that a program left in the session it was started in: readable also of those that hide their memory."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rsplit(") ", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(folder.name))
    return found


class Running:
    """A process of the product's, in a session of its own. A maker has `name`, `folder`, `log` and stop().

    At its end it must stop by SIGTERM with status 0, leave no process behind, and have made no sanitizer's report.
    """

    def end(self, process, seconds=15):
        ended = process.poll()
        if ended is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(seconds * SLOWNESS)
        except subprocess.TimeoutExpired:
            for pid in processes_of_session(process.pid):
                os.kill(pid, signal.SIGKILL)
            process.wait()
            raise AssertionError(f"{self.name} does not stop by SIGTERM:\n{self.log}") from None
        assert ended is None, f"{self.name} had ended with {ended}:\n{self.log}"
        assert process.returncode == 0, f"{self.name} stopped with {process.returncode}:\n{self.log}"
        wait.until(lambda: not processes_of_session(process.pid), f"no process of {self.name} is left", 5 * SLOWNESS)
        self.check_sanitizers()

    def check_sanitizers(self):
        reports = "".join(path.read_text(errors="replace") for path in self.folder.glob("sanitizer.*"))
        assert not reports and not _REPORT.search(self.log), f"a sanitizer's report:\n{reports}\n{self.log}"

    def __exit__(self, kind, error, trace):
        try:
            self.stop()
        except AssertionError as at_the_end:
            if error is None:
                raise
            error.add_note(f"and at the end: {at_the_end}")
        if error is not None:
            error.add_note(f"{self.name}'s log:\n{self.log[-8000:]}")


class Latchkey(Running):
    """`latchkey run` and its sister commands, with configuration, state and sockets in `folder`.

    The token is one of support/tokens.py, or the software token that Latchkey makes for itself. With `uid` all of it
    is done as that user; only root can ask for this.

    Used as a context manager it is running and armed inside the block.
    """

    name = "latchkey run"

    def __init__(self, folder, parties=(), token=None, uid=None, **sections):
        self.folder = pathlib.Path(folder)
        self.binary = BINARY
        self.environment = self._own_environment() | (token.environment if token else {})
        sections.setdefault("listen", {"address": ["127.0.0.1:0"]})
        sections.setdefault("token", token.configuration if token else {"module": "soft"})
        self.configure(configuration(parties, **sections))
        self.port = 0
        self.process = None
        self._log = None
        self._identity = {}
        if uid is not None:
            self._become(uid)

    def _own_environment(self):
        kept = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
        for name, folder in (("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state"), ("XDG_RUNTIME_DIR", "runtime")):
            path = self.folder / folder
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept[name] = str(path)
        kept["HOME"] = str(self.folder)
        for name in _SANITIZERS:
            kept[name] = ":".join(filter(None, [kept.get(name), f"log_path={self.folder}/sanitizer"]))
        return kept

    def _become(self, uid):
        """Everything is done as this user, who must be able to reach the binary: so it gets its own."""
        self._identity = {"user": uid, "group": uid, "extra_groups": []}
        self.binary = pathlib.Path(shutil.copy(BINARY, self.folder / "latchkey"))
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, uid, uid)

    @property
    def config_file(self):
        return self.folder / "config/latchkey/config.toml"

    def configure(self, text):
        self.config_file.parent.mkdir(parents=True, exist_ok=True)
        self.config_file.write_text(text)

    # --- commands ---

    def run(self, *arguments, seconds=30, **options):
        """Runs a subcommand to its end, whatever its exit status is."""
        options.setdefault("stdin", subprocess.DEVNULL)
        if "input" in options:
            del options["stdin"]
        return subprocess.run([str(self.binary), *map(str, arguments)], env=self.environment, capture_output=True, text=True,
                              timeout=seconds * SLOWNESS, **self._identity, **options)

    def status(self):
        """What `latchkey status --json` says, or None while nothing answers."""
        done = self.run("status", "--json")
        return json.loads(done.stdout) if done.returncode == 0 else None

    # --- life ---

    def start(self, armed=True, arguments=()):
        """Starts the proxy and waits until it listens and, by default, until a token may sign."""
        self._log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen([str(self.binary), "run", *arguments], env=self.environment, stdin=subprocess.DEVNULL,
                                        stdout=self._log, stderr=self._log, start_new_session=True,
                                        preexec_fn=die_with_parent, **self._identity)
        self.until(lambda status: status.get("listen"), "listens")
        if armed:
            self.until(lambda status: status.get("armed"), "is armed")
        self.port = next((int(each.rsplit(":", 1)[1]) for each in self.status()["listen"] if not each.startswith("/")), None)
        return self

    def until(self, holds, what, seconds=20):
        """Waits until `holds(status)` is true; returns its value. Fails at once if the proxy has ended."""
        def look():
            assert self.process.poll() is None, f"latchkey run ended with {self.process.returncode}:\n{self.log}"
            status = self.status()
            return status and holds(status)
        try:
            return wait.until(look, f"latchkey {what}", seconds * SLOWNESS)
        except AssertionError as error:
            raise AssertionError(f"{error}\nstatus: {self.status()}\nlog:\n{self.log}") from None

    @property
    def log(self):
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self):
        """Stops the proxy and checks what it leaves."""
        if self.process is None:
            return
        process, self.process = self.process, None
        try:
            self.end(process)
        finally:
            self._log.close()

    def __enter__(self):
        return self.start()
