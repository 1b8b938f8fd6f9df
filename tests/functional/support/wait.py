"""Waiting for a state: the one place where tests let time pass."""
import pathlib
import time


def until(state, what, seconds=10):
    """Returns state()'s first true value; fails with `what` if there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = state()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"still not so after {seconds} s: {what}")
        time.sleep(0.005)


def listening_ports():
    """Ports on which somebody listens, from the kernel's table: looking makes no connection."""
    ports = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in pathlib.Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A":
                ports.add(int(fields[1].rsplit(":", 1)[1], 16))
    return ports
