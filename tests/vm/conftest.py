"""What the tests in the virtual machine are given: the machine with the package installed, as new for each test."""
import contextlib
import functools
import pathlib
import signal
import sys
import time

import pytest

_HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(_HERE), str(_HERE.parent / "functional")]

import image  # noqa: E402
from appliance import BESIDE, Appliance, needed_by, package  # noqa: E402
from machine import Machine  # noqa: E402
from support import pki as certificates  # noqa: E402
from support.card import Card  # noqa: E402
from usb_token import UsbToken  # noqa: E402

SECONDS_PER_TEST = 400


def pytest_configure(config):
    config.addinivalue_line("markers", "seconds(n): this test may take n seconds, in place of 400")


@contextlib.contextmanager
def _timed(say, what, machine):
    """Says how long that took, here and by the guest's own clock, which stands while others have the processor."""
    begun, guest_begun = time.monotonic(), machine.clock()
    yield
    say(f"{what}: {time.monotonic() - begun:.0f} s ({machine.clock() - guest_begun:.0f} s but for waits for a processor)")


@pytest.fixture(autouse=True)
def _limit(request, appliance, record_property):
    """A test that hangs fails, and says where it hung."""
    mark = request.node.get_closest_marker("seconds")
    seconds = mark.args[0] if mark else SECONDS_PER_TEST

    def ring(*_):
        raise TimeoutError(f"the test took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    with _timed(lambda text: record_property("measured", text), request.node.name, appliance.machine):
        yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    return certificates.Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="session")
def appliance(pki, record_testsuite_property):
    """The guest with the package, in which alice is logged in at the seat."""
    deb = package()
    begun = time.monotonic()
    built = image.build([*needed_by(deb), *BESIDE])
    record_testsuite_property("measured", f"image: {time.monotonic() - begun:.0f} s")
    machine = Machine(built)
    timed = functools.partial(_timed, lambda text: record_testsuite_property("measured", text), machine=machine)
    with contextlib.ExitStack() as stack:
        with timed("first boot"):
            stack.enter_context(machine)
        with timed("package installed, alice logged in"):
            made = Appliance(machine)
            made.install(deb, pki)
            made.configure("alice")
            made.log_in("alice")
            machine.save("ready")
        yield made


@pytest.fixture
def guest(appliance, record_property):
    """The appliance as it was before the first test. At the end, with all tokens out, nothing may be left of them."""
    appliance.machine.load("ready")
    yield appliance
    for line in appliance.check_what_is_left():
        record_property("measured", f"a crash of pcscd's: {line}")


@pytest.fixture
def tokens(guest, pki):
    """Two tokens that are not plugged in, with a key and its certificate in each."""
    made = []
    for number, port in enumerate(guest.machine.usb_ports):
        made.append(UsbToken(port, guest.machine.folder, Card(number + 1)))
        made[-1].card.put("auth", pki.client(("p256", "p384")[number]), with_certificate=True)
    yield made
    for token in made:
        token.close()


@pytest.fixture
def token(tokens):
    return tokens[0]


@pytest.fixture
def measured(record_property):
    """Says a figure that the run shows at its end: measured("plug to armed", "1.2 s")."""
    return lambda what, figure: record_property("measured", f"{what}: {figure}")
