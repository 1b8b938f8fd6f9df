"""The README, followed by the letter: `make run`, then every command in it, as a newcomer would type it."""
import os
import pathlib
import re
import signal
import subprocess

import pytest

from support import latchkey as product
from support import wait

ROOT = product.ROOT
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.M | re.S)
COMMANDS = [line for language, text in BLOCKS if language == "sh" for line in text.splitlines()]

@pytest.fixture(scope="module")
def newcomer(tmp_path_factory):
    """A home with nothing in it, and `make run` in the foreground of another terminal."""
    home = tmp_path_factory.mktemp("newcomer")
    environment = {key: value for key, value in os.environ.items()
                   if not key.lower().endswith("_proxy") and not key.startswith(("MAKE", "MFLAGS", "XDG_"))}
    environment |= {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run"), "SHELL": "/bin/bash"}
    (home / "run").mkdir(mode=0o700)
    log = home / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(["make", "run"], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=output, start_new_session=True)

    def ready():
        assert process.poll() is None, log.read_text()
        return "armed: " in log.read_text()

    try:
        wait.until(ready, "make run is armed", 60)
        yield environment, log
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=30)


def shell(command, environment):
    return subprocess.run(["bash", "-c", command], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=60)


def test_make_run_prints_commands_that_work_as_printed(newcomer):
    environment, log = newcomer
    printed = [line.strip() for line in log.read_text().splitlines() if line.startswith("  curl ")]
    assert len(printed) == 4
    for command in printed:
        done = shell(command, environment)
        assert done.returncode == 0, done.stderr
        assert re.search(r"your key +[0-9a-f]{64}", done.stdout), done.stdout


def test_every_command_of_the_readme_works_in_its_order(newcomer):
    environment, _ = newcomer
    assert len(COMMANDS) > 15
    for command in COMMANDS:
        if command.startswith("make "):
            continue  # the one runs already, the other runs this test
        done = shell(command, environment)
        # A second daemon beside the first must say so, and what to do.
        expected = 1 if command == "build/latchkey run" else 0
        assert done.returncode == expected, f"{command}: {done.stdout}{done.stderr}"
        if expected:
            assert "runs already" in done.stderr


def test_the_readmes_make_targets_exist():
    named = {word for text in re.findall(r"`make ([a-z-]+)", README) for word in [text]}
    makefile = (ROOT / "Makefile").read_text()
    makefile += "".join((ROOT / part).read_text() for part in re.findall(r"^include (\S+)", makefile, re.M))
    assert named >= {"check", "unit", "lint"}
    for target in named | {"run", "test"}:
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_the_readmes_configuration_is_accepted(tmp_path):
    files = [text for language, text in BLOCKS if language == "toml"]
    assert files
    for number, text in enumerate(files):
        path = pathlib.Path(tmp_path / f"{number}.toml")
        path.write_text(text)
        done = subprocess.run([str(product.BINARY), "pac", "--config", str(path)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_every_option_of_the_table_is_known_and_none_is_missing():
    """The table and the text below it name every key that the parser knows."""
    reader = "".join((ROOT / "proxy" / name).read_text() for name in ("config.cc", "config_party.cc"))
    keys = set(re.findall(r'"(address|module|device|pin|prompt|lock_after_idle|servers|trust_anchor|dnssec|insecure|hosts|'
                          r'memcached|realm|ttl_max|ports|identity|user_id|auth|trust|openpgp|roots|local|starttls|tls|'
                          r'allow_private)"', reader))
    assert keys
    for key in keys:
        assert re.search(rf"`(listen|token|dns|cache|party)\.({key}|\*)`", README) or key in ("memcached", "realm", "ttl_max"), key
