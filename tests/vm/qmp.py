"""QEMU's monitor protocol, as much of it as the machine needs."""
import json
import socket


class Qmp:
    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(120)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rw")
        self._lines.readline()  # its greeting
        self.ask("qmp_capabilities")

    def close(self):
        self._lines.close()
        self._socket.close()

    def ask(self, command, **arguments):
        """The answer to a command. Events that come before it are passed over."""
        self._lines.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._lines.flush()
        while True:
            answer = json.loads(self._lines.readline())
            if "error" in answer:
                raise RuntimeError(f"QEMU says {answer['error']['desc']!r} to {command}")
            if "return" in answer:
                return answer["return"]

    def monitor(self, line):
        """A command of the monitor for people, which says nothing when all is well."""
        said = self.ask("human-monitor-command", **{"command-line": line})
        if said.strip():
            raise RuntimeError(f"QEMU says {said.strip()!r} to {line!r}")
