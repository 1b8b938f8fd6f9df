"""What is installed beside the binary is what other programs take it for."""
import re
import stat
import subprocess

from conftest import ROOT, make, run


def test_the_example_is_a_good_configuration(binary, installed, tmp_path):
    example = installed / "usr/share/doc/latchkey/examples/config.toml"
    done = subprocess.run([binary, "pac", "--config", example], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and not done.stderr
    assert "internal.example.org" in done.stdout
    # What is commented out is good, too, and the default.
    whole = tmp_path / "config.toml"
    whole.write_text(re.sub(r"^#(?=[a-z_]+ = )", "", example.read_text(), flags=re.M))
    again = subprocess.run([binary, "pac", "--config", whole], capture_output=True, text=True, timeout=30)
    assert again.stdout == done.stdout and not again.stderr


def test_the_desktop_file_opens_the_status_page(installed):
    file = installed / "usr/share/applications/latchkey.desktop"
    assert not run(["desktop-file-validate", file])
    assert "Exec=xdg-open http://127.0.0.1:6091/\n" in file.read_text()


def test_uninstall_takes_everything_out_again(binary, tmp_path):
    make("install", f"DESTDIR={tmp_path}", f"BINARY={binary}")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 10 and all(path.is_relative_to(tmp_path / "usr/local") for path in files)
    for path in files:
        wanted = 0o755 if path.name == "latchkey" and path.parent.name == "bin" else 0o644
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path
        assert b"@bindir@" not in path.read_bytes(), path
    make("uninstall", f"DESTDIR={tmp_path}")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_version_is_the_same_everywhere(say):
    version = say("--version").split()[-1]
    assert f"latchkey ({version}-" in (ROOT / "debian/changelog").read_text()


def test_the_build_needs_what_the_makefile_installs():
    """debian/control and the Makefile name the same libraries."""
    makefile = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    needed = set(re.search(r"^DEPS_BUILD := (.*)$", makefile, re.M)[1].split())
    control = (ROOT / "debian/control").read_text()
    declared = re.search(r"^Build-Depends: (.*?)\n\n", control, re.S | re.M)[1]
    names = {entry.split("|")[0].split("(")[0].strip() for entry in declared.split(",")}
    always_there = {"gcc", "g++", "make", "dpkg-dev", "python3-minimal"}  # build-essential, and of no use to the build
    assert needed - always_there == names - {"debhelper-compat", "pkgconf", "systemd-dev"}
