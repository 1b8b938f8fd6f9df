"""What the processes have given up: each of them tries what it may not do."""
import dataclasses
import errno
import os
import pathlib
import signal
import subprocess
import sys

import pytest

from support import clients, servers, tokens
from support import latchkey as product

MODULE = product.ROOT / "build/modules/misbehaving.so"
INTRUDER = product.ROOT / "build/modules/intruder.so"
URL = "http://party.test/index.html"

pytestmark = pytest.mark.skipif(bool(product.VARIANT), reason="a sanitizer's runtime makes calls of its own: no filter is set")


def status_of(pid):
    """/proc/PID/status as a dictionary."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}


def signers(proxy):
    """The signer processes, without what starts their pinentry."""
    found = []
    for pid in product.processes_of_session(proxy.process.pid):
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if words[1:2] == [b"signer"] and status_of(pid)["PPid"] == str(proxy.process.pid):
            found.append(pid)
    return found


@pytest.fixture
def noted(home, monkeypatch):
    """What the module has written into its log."""
    (home / "misdeeds").write_text("")
    (home / "noted").write_text("")
    monkeypatch.setenv("LATCHKEY_TEST_MODULE_FILE", str(home / "misdeeds"))
    monkeypatch.setenv("LATCHKEY_TEST_MODULE_LOG", str(home / "noted"))
    return lambda: [line for line in (home / "noted").read_text().splitlines() if ": " in line]


def test_a_module_that_intrudes_gets_nowhere(latchkey, token, pki, home, noted):
    hostile = dataclasses.replace(token(), module=str(MODULE))
    with servers.Nginx(pki.server()) as server, latchkey(server, token=hostile) as proxy:
        (home / "misdeeds").write_text("intrude")
        assert clients.curl(URL, port=proxy.port).status == 200
        assert len(noted()) == 17, noted()
        assert [line for line in noted() if not line.endswith(": refused")] == ["local socket: allowed"]


def test_a_signer_has_given_up_what_a_module_does_not_need(latchkey, token, pki):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=token()) as proxy:
        (signer,) = signers(proxy)
        status = status_of(signer)
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
        assert pathlib.Path(f"/proc/{signer}/limits").read_text().split("Max core file size")[1].split()[:2] == ["0", "0"]


class TokenElsewhere(tokens.Token):
    @property
    def configuration(self):
        return super().configuration | {"network": True}


def test_a_module_whose_keys_are_elsewhere_may_have_the_network_and_no_more(latchkey, token, pki, home, noted):
    elsewhere = TokenElsewhere(**dataclasses.asdict(token()) | {"identity": pki.client("p256"), "module": str(MODULE)})
    with servers.Nginx(pki.server()) as server, latchkey(server, token=elsewhere) as proxy:
        (home / "misdeeds").write_text("intrude")
        assert clients.curl(URL, port=proxy.port).status == 200
        through = [line for line in noted() if not line.endswith(": refused")]
        assert [line.split(":")[0] for line in through] == ["internet socket", "internet datagrams", "local socket"]


def children_of(pid):
    return [each for each in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def traced_by_another_of_its_user(pid, uid):
    """Whether gdb's way in works for a process of the same user: PTRACE_ATTACH."""
    script = ("import ctypes, sys; libc = ctypes.CDLL(None, use_errno=True);"
              "done = libc.ptrace(16, int(sys.argv[1]), None, None); sys.exit(0 if done == 0 else ctypes.get_errno())")
    return subprocess.run([sys.executable, "-c", script, str(pid)], user=uid, group=uid, extra_groups=[], check=False).returncode


def test_the_proxy_has_given_up_what_a_server_does_not_need(latchkey, token, pki):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=token()) as proxy:
        assert clients.curl(URL, port=proxy.port).status == 200
        status = status_of(proxy.process.pid)
        assert (status["NoNewPrivs"], status["Seccomp"], status["Seccomp_filters"]) == ("1", "2", "2")
        threads = pathlib.Path(f"/proc/{proxy.process.pid}/task").iterdir()
        assert {status_of(f"{proxy.process.pid}/task/{thread.name}")["Seccomp"] for thread in threads} == {"2"}
        # The log tells of whatever the kernel could not do.
        assert "shut off" not in proxy.log and "no fence" not in proxy.log


def attempts(proxy):
    """What the intruder has noted: {attempt: outcome}."""
    return dict(line.removeprefix("intruder: ").split(": ", 1) for line in proxy.log.splitlines() if line.startswith("intruder: "))


def test_who_takes_the_proxy_over_gets_nowhere(latchkey, token, pki, home):
    outside = home / "outside"
    outside.mkdir()
    (outside / "file").write_text("the user's")
    with servers.Nginx(pki.server()) as server:
        made = latchkey(server, token=token())
        made.environment |= {"LD_PRELOAD": str(INTRUDER), "LATCHKEY_TEST_INTRUDE": str(home / "now"),
                             "LATCHKEY_TEST_OUTSIDE": str(outside), "LATCHKEY_TEST_INSIDE": str(home / "state/latchkey")}
        with made as proxy:
            (home / "now").touch()
            assert clients.curl(URL, port=proxy.port).status == 200
            noted = attempts(proxy)
            assert len(noted) == 25, noted
            assert {what for what, outcome in noted.items() if outcome != "refused"} == {"file of its own", "internet socket"}
            assert clients.curl(URL, port=proxy.port).status == 200, "and it goes on"
    assert [path.name for path in outside.iterdir()] == ["file"]
    assert (outside / "file").read_text() == "the user's"


def test_a_file_in_a_folder_that_is_new_to_it_is_read_after_a_restart(latchkey, pki, home):
    kept = home / "kept"
    kept.mkdir()
    (kept / "roots.pem").write_bytes(pki.root.certificate.read_bytes())
    with servers.Nginx(pki.server()) as server:
        made = latchkey(server)
        whole = made.config_file.read_text()
        with made as proxy:
            proxy.configure(whole.replace(str(pki.root.certificate), str(kept / "roots.pem")))
            done = proxy.run("reload")
            assert done.returncode == 1 and f"what is new in {kept} can be read after a restart only" in done.stderr
            assert clients.curl(URL, port=proxy.port).status == 200, "as before"
            proxy.configure(whole)
            (home / "config/latchkey/roots.pem").write_bytes(pki.root.certificate.read_bytes())
            proxy.configure(whole.replace(str(pki.root.certificate), str(home / "config/latchkey/roots.pem")))
            assert proxy.run("reload").returncode == 0, "beside the configuration all may be read"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be several users")
def test_nobody_of_its_user_looks_into_a_process(latchkey, pki, home):
    home.chmod(0o755)
    with latchkey(uid=4711) as proxy:
        found = product.processes_of_session(proxy.process.pid)
        assert len(found) >= 3, "the proxy, its launcher, the signer and what starts its pinentry"
        for pid in found:
            assert traced_by_another_of_its_user(pid, 4711) == errno.EPERM
            done = subprocess.run(["cat", f"/proc/{pid}/mem", f"/proc/{pid}/environ"], user=4711, group=4711, extra_groups=[],
                                  capture_output=True, text=True, check=False)
            assert done.stdout == "" and done.stderr.count("denied") == 2, done


def test_a_proxy_whose_launcher_was_ended_says_so_and_goes_on(latchkey, token, pki):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=token()) as proxy:
        (launcher,) = [pid for pid in children_of(proxy.process.pid) if int(pid) not in signers(proxy)]
        os.kill(int(launcher), signal.SIGKILL)
        assert clients.curl(URL, port=proxy.port).status == 200
        assert proxy.run("lock").returncode == 0
        done = proxy.run("unlock")
        assert done.returncode != 0 and "start it again" in done.stdout + done.stderr, done
        assert proxy.status() is not None


def memory_of(pid):
    """What a process can write to, piece by piece; root may read it."""
    with open(f"/proc/{pid}/mem", "rb") as memory:
        for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights = line.split()[:2]
            begin, end = (int(number, 16) for number in span.split("-"))
            if not rights.startswith("rw"):
                continue
            memory.seek(begin)
            try:
                yield memory.read(end - begin)
            except OSError:
                continue


@pytest.mark.skipif(os.geteuid() != 0, reason="only root reads a process that hides")
def test_a_pin_that_was_typed_is_in_no_process_afterwards(latchkey, token, pki, pinentry):
    with servers.Nginx(pki.server()) as server, latchkey(server, token=dataclasses.replace(token(), pin_from="ask")) as proxy:
        assert clients.curl(URL, port=proxy.port).status == 200
        found = product.processes_of_session(proxy.process.pid)
        assert len(found) == 4, "the proxy, the signer, and their launchers"
        assert not [pid for pid in found if any(b"43210987" in piece for piece in memory_of(pid))]
        # And what is there is found.
        assert any(b"party.test" in piece for piece in memory_of(proxy.process.pid))
