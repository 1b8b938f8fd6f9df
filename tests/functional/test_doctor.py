"""`latchkey doctor` says that all is well where it is, and names what is wrong, with what to do about it."""
import json
import os
import signal
import socket
import threading

import pytest

from support.card_usb import UsbCardStack


def ask(product):
    """Exit status and {check: finding}."""
    done = product.run("doctor", "--json", seconds=60)
    report = json.loads(done.stdout)
    assert report["well"] == (done.returncode == 0), done.stderr
    return done.returncode, {check["check"]: check for check in report["checks"]}


def wrong(checks):
    """{check: verdict} of what is not well."""
    return {name: check["verdict"] for name, check in checks.items() if check["verdict"] in ("problem", "warning")}


def test_all_is_well_with_the_software_token(latchkey):
    with latchkey() as proxy:
        status, checks = ask(proxy)
        assert (status, wrong(checks)) == (0, {}), checks
        assert checks["demo"]["verdict"] == checks["certificates"]["verdict"] == checks["pac"]["verdict"] == "ok"
        text = proxy.run("doctor")
        assert text.returncode == 0 and "->" not in text.stdout
        assert text.stdout.count("the configured token is no smart card") == 1, "checks that say the same share a line"
        assert all(name in text.stdout for name in checks)


def test_without_the_daemon_it_says_how_to_start_it(latchkey):
    product = latchkey(listen={"address": ["127.0.0.1:1"]})
    status, checks = ask(product)
    assert status == 1 and wrong(checks) == {"daemon": "problem", "port": "problem"}
    assert "latchkey run" in checks["daemon"]["to_do"] and "127.0.0.1:1" in checks["port"]["says"]


def test_another_program_on_the_port_is_found(latchkey):
    with socket.create_server(("127.0.0.1", 0)) as other:
        def answer():
            client, _ = other.accept()
            with client:
                client.recv(4096)
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nno PAC")
        thread = threading.Thread(target=answer)
        thread.start()
        status, checks = ask(latchkey(listen={"address": [f"127.0.0.1:{other.getsockname()[1]}"]}))
        thread.join()
        assert status == 1 and "another program" in checks["port"]["says"] and "ss -ltnp" in checks["port"]["to_do"]


def test_a_broken_configuration_is_named_by_its_line(latchkey):
    with latchkey() as proxy:
        proxy.configure("[token]\nmodul = 'soft'\n")
        status, checks = ask(proxy)
        assert status == 1 and wrong(checks) == {"configuration": "problem"}
        assert "config.toml:2" in checks["configuration"]["says"]
        text = proxy.run("doctor").stdout.splitlines()
        assert text[-2].startswith("problem  configuration") and "->" in text[-1]


def test_a_locked_token_and_a_party_without_its_key_are_found(latchkey):
    party = {"hosts": ["party.test"], "identity": "00" * 32}
    with latchkey(parties=[party]) as proxy:
        status, checks = ask(proxy)
        assert status == 1 and wrong(checks) == {"keys": "problem"} and "party.test" in checks["keys"]["says"]
        assert proxy.run("lock").returncode == 0
        status, checks = ask(proxy)
        assert status == 1 and wrong(checks) == {"token": "warning"} and "latchkey unlock" in checks["token"]["to_do"]
        assert proxy.status()["token"]["state"] == "locked", "nobody was asked for a PIN"


@pytest.fixture
def stack(home):
    with UsbCardStack(home / "stack") as made:
        yield made


@pytest.fixture
def gnupg(gnupg):
    gnupg.share_card()
    return gnupg


@pytest.fixture
def beside(latchkey, stack, gnupg):
    proxy = latchkey(parties=[], token=stack)
    proxy.environment |= gnupg.environment
    yield proxy
    proxy.stop()


def test_each_step_to_a_card_that_works_is_told(beside, pki, stack, gnupg):
    beside.start(armed=False)
    _, checks = ask(beside)
    assert wrong(checks) == {"udev": "warning", "readers": "problem", "token": "problem"}
    stack.plug_reader()
    _, checks = ask(beside)
    assert wrong(checks) == {"readers": "problem", "token": "problem"}
    assert "put the card into the reader" in checks["readers"]["to_do"]
    stack.card.put("auth", pki.client("p256"))
    stack.plug()
    beside.until(lambda status: status["armed"], "is armed")
    _, checks = ask(beside)
    assert wrong(checks) == {"certificates": "problem", "demo": "problem"}
    assert "latchkey token enroll" in checks["certificates"]["to_do"]
    assert beside.run("token", "enroll").returncode == 0
    status, checks = ask(beside)
    assert (status, wrong(checks)) == (0, {}), checks
    (gnupg.folder / "scdaemon.conf").write_text("disable-ccid\n")
    _, checks = ask(beside)
    assert wrong(checks) == {"gnupg": "warning"} and "pcsc-shared" in checks["gnupg"]["says"]
    stack.kill_pcscd()
    beside.until(lambda now: now["token"]["state"] == "absent", "has no token")
    _, checks = ask(beside)
    assert wrong(checks) == {"gnupg": "warning", "pcscd": "problem", "token": "problem"}


def test_a_pcscd_that_hangs_is_found(beside, pki, stack):
    stack.card.put("auth", pki.client("p256"), with_certificate=True)
    stack.plug()
    os.kill(stack.pcscd_pid, signal.SIGSTOP)
    try:
        _, checks = ask(beside)
    finally:
        os.kill(stack.pcscd_pid, signal.SIGCONT)
    assert checks["pcscd"]["verdict"] == "problem" and "restart pcscd" in checks["pcscd"]["to_do"]


def test_who_holds_the_card_is_found_without_the_daemon_too(beside, pki, stack, gnupg):
    (gnupg.folder / "scdaemon.conf").write_text("disable-ccid\n")
    stack.card.put("auth", pki.client("p256"), with_certificate=True)
    stack.plug()
    gnupg.card_status()
    _, checks = ask(beside)
    assert checks["readers"]["verdict"] == "problem" and "scdaemon (GnuPG), process" in checks["readers"]["says"]
    assert "gpgconf --kill scdaemon" in checks["readers"]["to_do"]


def test_fix_has_gnupg_share_the_card(beside, pki, stack, gnupg, home):
    settings = home / "settings"
    settings.write_text("# mine\ndisable-ccid")
    (gnupg.folder / "scdaemon.conf").unlink()
    (gnupg.folder / "scdaemon.conf").symlink_to(settings)
    stack.card.put("auth", pki.client("p256"), with_certificate=True)
    stack.plug()
    gnupg.card_status()
    beside.start(armed=False)
    beside.until(lambda status: status["token"].get("held_by"), "is told who holds the card")
    done = beside.run("doctor", "--fix", seconds=60)
    assert "wrote `pcsc-shared` into" in done.stderr, done.stderr
    assert settings.read_text() == "# mine\ndisable-ccid\npcsc-shared\n" and (gnupg.folder / "scdaemon.conf").is_symlink()
    beside.until(lambda status: status["armed"], "is armed")
    again = beside.run("doctor", "--fix", seconds=60)
    assert (again.returncode, again.stderr) == (0, "nothing was to be fixed\n"), again


def test_one_pin_try_that_is_left_is_a_warning(beside, pki, stack):
    stack.card.put("auth", pki.client("p256"), with_certificate=True)
    stack.pin = "111111"
    stack.plug()
    beside.start(armed=False)
    beside.until(lambda status: status["token"]["state"] == "locked", "has been given a wrong PIN")
    assert beside.run("unlock").returncode == 1
    status, checks = ask(beside)
    assert status == 1 and wrong(checks) == {"token": "warning", "pin-tries": "warning"}
    assert "one try is left" in checks["pin-tries"]["says"] and "--final-try" in checks["pin-tries"]["to_do"]
    assert stack.card.tries["user"] == 1, "the doctor has tried nothing"
