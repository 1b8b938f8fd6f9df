"""systemd's units: systemd itself finds nothing wrong with them, and the dispatcher's is a narrow one."""
import os
import pathlib
import re

import pytest

from conftest import make, run


@pytest.fixture(scope="module")
def prefix(binary, tmp_path_factory):
    """A folder in which everything is installed where the units say that it is."""
    folder = tmp_path_factory.mktemp("prefix")
    make("install", f"PREFIX={folder}", f"BINARY={binary}")
    return folder


def units(prefix, kind):
    found = sorted((prefix / "lib/systemd" / kind).iterdir())
    # A template is looked at as one of its instances.
    return [str(unit).replace("@.", "@dev-bus-usb-001-002.") for unit in found]


@pytest.mark.parametrize("kind", ["system", "user"])
def test_systemd_finds_nothing_wrong(prefix, tmp_path, kind):
    environment = os.environ | {"SYSTEMD_UNIT_PATH": f"{prefix}/lib/systemd/{kind}:", "XDG_RUNTIME_DIR": str(tmp_path)}
    said = run(["systemd-analyze", "verify", f"--{kind}", "--man=no", *units(prefix, kind)], env=environment)
    assert not [line for line in said.splitlines() if "latchkey" in line], said


def test_the_dispatcher_is_hardly_exposed(prefix):
    """systemd's own score, where 10 is a service without any bounds."""
    said = run(["systemd-analyze", "security", "--offline=true", "--no-pager", prefix / "lib/systemd/system/latchkey-dispatch.service"])
    assert float(re.search(r"exposure level.*: ([0-9.]+)", said)[1]) <= 1.7, said


def test_the_users_service_has_what_his_own_manager_can_do(prefix, tmp_path):
    """The score is root's, who has capabilities to lose and files to hide; without any bounds it is 9.8."""
    said = run(["systemd-analyze", "security", "--user", "--offline=true", "--no-pager", prefix / "lib/systemd/user/latchkey.service"],
               env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)})
    assert float(re.search(r"exposure level.*: ([0-9.]+)", said)[1]) <= 6.6, said
    for bound in ("NoNewPrivileges", "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality", "SystemCallArchitectures",
                  "RestrictNamespaces=~user", "SystemCallFilter=~@debug", "SystemCallFilter=~@mount"):
        assert re.search(rf"^✓ {re.escape(bound)}", said, re.M), bound


def test_programs_of_the_units_are_installed(prefix):
    for unit in (prefix / "lib/systemd").rglob("*.*"):
        for program in re.findall(r"^Exec\w+=-?(\S+)", unit.read_text(), re.M):
            assert pathlib.Path(program).is_file(), f"{unit.name}: {program}"
            assert "@" not in program
