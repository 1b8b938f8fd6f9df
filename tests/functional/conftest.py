"""What every functional test is given: certificates, a place of its own, a running Latchkey, and a limit of time."""
import contextlib
import os
import pathlib
import shutil
import signal
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from support import pki as certificates  # noqa: E402
from support import people, tokens  # noqa: E402
from support.browser_world import BrowserWorld  # noqa: E402
from support.card_gnupg import GnuPG  # noqa: E402
from support.card_stack import CardStack  # noqa: E402
from support.latchkey import SLOWNESS, VARIANT, Latchkey  # noqa: E402
from support.browsers import BROWSERS  # noqa: E402

SECONDS_PER_TEST = 120
# `make run` builds the product itself, whatever variant the other tests are about.
collect_ignore = ["test_readme.py"] if VARIANT else []


def pytest_configure(config):
    config.addinivalue_line("markers", "seconds(n): this test may take n seconds, in place of 120")
    config.addinivalue_line("markers", "alone: this test measures time, and wants no other beside it")
    config.addinivalue_line("markers", "slow: this test takes long, and `make check` and the sanitizers leave it out")
    config.addinivalue_line("markers", "scaled: but not the sanitizers, for which it does less")


@pytest.fixture(autouse=True)
def _limit(request):
    """A test that hangs fails, and says where it hung."""
    mark = request.node.get_closest_marker("seconds")
    seconds = (mark.args[0] if mark else SECONDS_PER_TEST) * SLOWNESS

    def ring(*_):
        raise TimeoutError(f"the test took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="session")
def pki():
    """Certificates that are made once for all tests (support/pki.py). nginx's worker has to read them."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="latchkey-pki-"))
    folder.chmod(0o755)
    yield certificates.Pki(folder)
    shutil.rmtree(folder)


@pytest.fixture
def token(home, pki):
    """Makes a SoftHSM token that holds `pki.client(key)`."""
    return lambda key="p256": tokens.make(home / "token", pki.client(key))


@pytest.fixture
def pinentry(home, monkeypatch):
    """A person at a pinentry who knows the PIN of `token`'s. What is started from now on asks there."""
    made = people.Pinentry(home / "person", "43210987")
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def stack(home, pki, request):
    """A smartcard that is in, with a P-256 key and its certificate. For readers on USB:
    `pytestmark = pytest.mark.parametrize("stack", [UsbCardStack], indirect=True)`.
    """
    with getattr(request, "param", CardStack)(home / "stack") as made:
        made.card.put("auth", pki.client("p256"), with_certificate=True)
        made.plug()
        yield made


@pytest.fixture
def gnupg(stack, home):
    """GnuPG on the stack's card, which it takes for itself alone."""
    with GnuPG(stack, home / "gnupg") as made:
        yield made


@pytest.fixture
def measured(record_property):
    """Says a figure that the run shows at its end: measured("peak", "20 MiB")."""
    return lambda what, figure: record_property("measured", f"{what}: {figure}")


@pytest.fixture
def artifact():
    """Where a picture is kept for people to look at: artifact("a refused party")."""
    folder = pathlib.Path(os.environ.get("LATCHKEY_ARTIFACTS") or pathlib.Path(__file__).resolve().parents[2] / "build/artifacts")
    folder.mkdir(parents=True, exist_ok=True)
    return lambda name: folder / f"{name}.png"


@contextlib.contextmanager
def _folder():
    """A short path, because sockets in it have to fit into 108 characters."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="latchkey-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home():
    with _folder() as folder:
        yield folder


def _maker(folder, pki):
    def make(*servers, host=certificates.HOST, party=None, parties=None, token=None, uid=None, **sections):
        if parties is None:
            trust = {} if (party or {}).get("local") == "tunnel" else {"roots": pki.root.certificate}
            parties = [{"hosts": [host], "ports": [server.port], "allow_private": True, **trust, **(party or {})}
                       for server in servers]
        names = {name: ["127.0.0.1"] for entry in parties for name in entry["hosts"]}
        sections.setdefault("dns", {"hosts": names})
        return Latchkey(folder, parties, token, uid, **sections)
    return make


@pytest.fixture
def latchkey(home, pki):
    """Makes a Latchkey whose parties are the given servers: `with latchkey(server) as proxy`.

    Each server becomes a party under the name that its certificate was asked for (party.test), trusted through the
    tests' root. `party` adds keys to each of them, other keywords are tables of the configuration.
    """
    return _maker(home, pki)


@pytest.fixture(scope="module")
def module_latchkey(pki):
    """The same, for one Latchkey that all tests of a file share."""
    with _folder() as folder:
        yield _maker(folder, pki)


@pytest.fixture(scope="module")
def module_proxy(module_latchkey):
    """One running Latchkey with the demo party alone, for all tests of a file."""
    with module_latchkey() as proxy:
        yield proxy


@pytest.fixture(scope="module", params=BROWSERS, ids=lambda kind: kind.name)
def world(request, pki):
    """A browser that runs, a token, a Latchkey and two web sites, for all tests of a file; once for each browser."""
    with _folder() as folder, BrowserWorld(folder, pki, request.param) as made:
        yield made
