"""What the tests of the package share: the binary under test, an installation of it by `make install`, and the package."""
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/functional"))
BINARY = pathlib.Path(os.environ.get("LATCHKEY_BINARY") or ROOT / "build/latchkey").resolve()


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: this test takes minutes, and `make package-test-all` runs it alone")


def run(command, **options):
    """Runs a command to its end, which has to be a good one; what it printed."""
    options.setdefault("timeout", 600)
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **options)
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout[-8000:]}"
    return done.stdout


def make(*arguments, cwd=ROOT, timeout=600, **variables):
    """Runs make apart from a make above us."""
    kept = {key: value for key, value in os.environ.items() if key not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return run(["make", "--no-print-directory", "-s", *arguments], cwd=cwd, env=kept | variables, timeout=timeout)


@pytest.fixture(scope="session")
def binary():
    assert BINARY.exists(), f"{BINARY} is not built"
    return BINARY


@pytest.fixture(scope="session")
def say(binary):
    """What `latchkey ...` prints."""
    return lambda *arguments: run([binary, *arguments])


@pytest.fixture(scope="session")
def installed(binary, tmp_path_factory):
    """A folder with what `make install PREFIX=/usr` installs."""
    folder = tmp_path_factory.mktemp("installed")
    make("install", f"DESTDIR={folder}", "PREFIX=/usr", f"BINARY={binary}")
    return folder


@pytest.fixture(scope="session")
def package(binary):
    """The Debian package of the committed tree, with the binary under test; all that its build has made lies beside it."""
    make("deb", f"LATCHKEY_BINARY={binary}", "XZ=xz -0", timeout=900, DEB_BUILD_OPTIONS="noautodbgsym")
    [found] = (ROOT / "build/deb").glob("latchkey_*_*.deb")
    return found
