"""The package, as dpkg and lintian see it, and in a clean root: what an installation, an upgrade and a removal leave."""
import hashlib
import os
import re
import shutil

import pytest

from clean_root import Root, first_names
from conftest import ROOT, make, run
from support.debian_package import newer

slow = pytest.mark.slow
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="takes root")


def test_lintian_has_nothing_to_say(package):
    [changes] = package.parent.glob("latchkey_*.changes")
    said = run(["lintian", *(["--allow-root"] if os.geteuid() == 0 else []), "--fail-on=error,warning", "--display-info", changes])
    assert not re.findall(r"^[EWI]: .*", said, re.M), said


def test_the_package_holds_what_make_install_installs(package, installed):
    listed = {line.split()[5].removeprefix(".") for line in run(["dpkg-deb", "-c", package]).splitlines() if line[0] == "-"}
    # dpkg has compressed the manuals, and this Debian has the system's units and rules in /lib.
    expected = set()
    for path in installed.rglob("*"):
        name = "/" + str(path.relative_to(installed))
        if path.is_file():
            name = re.sub(r"^/usr(/lib/(systemd/system|udev)/)", r"\1", name)
            expected.add(name + (".gz" if "/man/" in name else ""))
    own = {f"/usr/share/doc/latchkey/{name}" for name in ("copyright", "changelog.Debian.gz")} | {"/usr/share/lintian/overrides/latchkey"}
    assert {name.replace("/usr/lib/systemd/system", "/lib/systemd/system") for name in listed} - own == expected


@pytest.fixture(scope="module")
def root(package, tmp_path_factory):
    depends = first_names(run(["dpkg-deb", "-f", package, "Depends"]))
    made = Root(tmp_path_factory.mktemp("clean"), [*depends, "systemd", "udev"])
    for number, name in enumerate(("alice", "bob"), 1001):
        made.add_user(name, number)
    for folder in (".config/latchkey", ".local/state/latchkey/ca"):
        (made.path / "home/alice" / folder).mkdir(parents=True)
    yield made
    made.remove()


@slow
@needs_root
def test_install_upgrade_remove_and_purge_leave_what_they_should(root, package, tmp_path):
    before = root.files()
    root.install(package)
    installed = root.files()
    added = set(installed) - set(before)
    assert {"/usr/bin/latchkey", "/usr/share/man/man1/latchkey.1.gz"} <= added
    assert root.run("latchkey", "--version").startswith("latchkey ")
    # Enabled for the machine, and for every user's manager.
    links = {name: target for name, target in installed.items() if target.startswith("-> ") and name in added}
    assert {"/etc/systemd/system/sockets.target.wants/latchkey-port.socket",
            "/etc/systemd/system/sockets.target.wants/latchkey-port-ipv6.socket",
            "/etc/systemd/system/sockets.target.wants/latchkey-dispatch.socket",
            "/etc/systemd/user/default.target.wants/latchkey.service",
            "/etc/systemd/user/graphical-session.target.wants/latchkey-desktop.service",
            "/etc/systemd/user/sockets.target.wants/latchkey.socket"} <= set(links)
    changed = {name for name in before if installed.get(name) != before[name]}
    assert not {name for name in changed if not name.startswith("/var/lib/systemd/deb-systemd")}, changed

    root.install(newer(package, tmp_path))
    assert set(root.files()) == set(installed)

    said = root.dpkg("--remove", "latchkey")
    assert "alice's browsers may trust local CAs" in said and "bob" not in said
    assert "/usr/bin/latchkey" not in root.files()
    assert not [name for name in root.run("dpkg-query", "-W", "-f", "${Conffiles}", "latchkey").split() if name.startswith("/")]

    said = root.dpkg("--purge", "latchkey")
    assert "alice still has {}/.config/latchkey".format("/home/alice") in said and "bob" not in said
    after = root.files()
    left = {name for name in set(after) - set(before)}
    assert not left, left
    assert {name for name in before if after.get(name) != before[name]} == set()


def test_an_upgrade_does_not_let_go_of_the_port(package, tmp_path):
    """Nothing in the scripts stops the sockets, or what users run, when a newer package comes."""
    run(["dpkg-deb", "-e", package, tmp_path])
    scripts = {path.name: path.read_text() for path in tmp_path.iterdir() if path.name.endswith(("inst", "rm"))}
    assert "preinst" not in scripts
    prerm = scripts["prerm"]
    for stop in re.finditer(r"deb-systemd-invoke stop .*", prerm):
        assert '"$1" = remove' in prerm[:stop.start()].rsplit("\nfi", 1)[-1]
    restarted = re.findall(r"deb-systemd-invoke \$_dh_action (.*?) >", scripts["postinst"])
    assert any("latchkey-dispatch.service" in units for units in restarted)
    assert "--user" not in " ".join(re.findall(r"deb-systemd-invoke.*", scripts["postinst"]))
    for units in restarted:
        assert "latchkey-port.socket" not in units or "_dh_action=restart" not in scripts["postinst"].split(units)[0].rsplit("\nfi", 1)[-1]


FROM = {"a": {"TZ": "UTC", "LC_ALL": "C.UTF-8"}, "b-somewhere-else": {"TZ": "Asia/Tokyo", "LC_ALL": "C"}}
# What shows in an object where it was compiled: code of ours and of the library that is built in, with its debug information.
OBJECTS = ("proxy/dispatch_entry.o", "proxy/authority.o", "udev/service_manager.o")


@slow
@needs_root
def test_debians_runner_of_packages_own_tests_passes(package, tmp_path):
    there = Root(tmp_path, ["dpkg-dev"])
    [tree] = package.parent.glob("latchkey-*")
    assert re.search(r"^demo-party +PASS$", there.autopkgtest(package, tree), re.M)
    there.remove()


@slow
@needs_root
@pytest.mark.skipif(not os.environ.get("LATCHKEY_DEBIAN_13"), reason="compiles everything there: LATCHKEY_DEBIAN_13=1 asks for it")
def test_debian_13_builds_it_from_source_and_runs_it(package, tmp_path):
    there = Root(tmp_path, ["build-essential", "lintian"], "trixie")
    folder = there.path / "build"
    folder.mkdir()
    for path in sources_of(package):
        shutil.copy(path, folder)
    there.run("sh", "-c", "cd /build && dpkg-source -x *.dsc tree")
    there.apt("build-dep", "/build/tree")
    there.run("sh", "-c", "cd /build/tree && dpkg-buildpackage -us -uc", timeout=6000)
    said = there.run("sh", "-c", "cd /build && lintian --allow-root --fail-on=error,warning --display-info *_amd64.changes")
    # Debian 12's would complain of the newer version.
    assert not re.findall(r"^[EWI]: (?!latchkey source: out-of-date-standards-version).*", said, re.M), said
    [built] = folder.glob("latchkey_*_amd64.deb")
    assert re.search(r"^demo-party +PASS$", there.autopkgtest(built, folder / "tree"), re.M)
    there.remove()


def sources_of(package):
    """The source package that lies beside it."""
    return [path for path in package.parent.iterdir() if path.suffix in (".dsc", ".xz")]


def clone(folder):
    """The committed tree elsewhere, with the source of mbedTLS."""
    run(["git", "clone", "-q", ROOT, folder])
    shutil.copytree(ROOT / "build/mbedtls/src", folder / "build/mbedtls/src", symlinks=True)
    return folder


def digests(folder, *suffixes):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.suffix in suffixes}


@slow
def test_two_packings_are_the_same_to_the_last_octet(binary, tmp_path):
    """From other folders, in other time zones, with other languages: both tarballs, the source package and the binary one."""
    made = []
    for name, variables in FROM.items():
        folder = clone(tmp_path / name)
        (folder / "build/mbedtls/built").touch()
        make("deb", f"LATCHKEY_BINARY={binary}", "XZ=xz -0", cwd=folder, DEB_BUILD_OPTIONS="noautodbgsym", **variables)
        made.append(digests(folder / "build/deb", ".deb", ".dsc", ".xz"))
    assert made[0] == made[1] and len(made[0]) == 5


@slow
def test_what_is_compiled_does_not_tell_where(tmp_path):
    """Objects of ours, and the libraries of mbedTLS, as the package builds them."""
    made = []
    for name in FROM:
        folder = clone(tmp_path / name)
        flags = run(["dpkg-buildflags", "--get", "CXXFLAGS"], cwd=folder).strip()
        assert f"-ffile-prefix-map={folder}=." in flags
        make("build/mbedtls/built", *(f"build/obj/{each}" for each in OBJECTS), cwd=folder, timeout=1200, CXXFLAGS=flags)
        made.append([digests(folder / "build/mbedtls/lib", ".a")] +
                    [hashlib.sha256((folder / "build/obj" / each).read_bytes()).hexdigest() for each in OBJECTS])
    assert made[0] == made[1]


@slow
@pytest.mark.skipif(not os.environ.get("LATCHKEY_REPRODUCE"), reason="compiles everything twice: LATCHKEY_REPRODUCE=1 asks for it")
def test_two_builds_are_the_same_to_the_last_octet(tmp_path):
    made = []
    for name, variables in FROM.items():
        folder = clone(tmp_path / name)
        make("deb", cwd=folder, timeout=6000, LATCHKEY_BINARY="", **variables)
        assert list(folder.glob("build/deb/latchkey-*/build/obj/proxy/main.o")), "it was compiled there"
        made.append(digests(folder / "build/deb", ".deb", ".dsc", ".xz"))
    assert made[0] == made[1] and len(made[0]) == 6
