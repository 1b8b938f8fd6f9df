"""The manual pages say what the program says of itself, no less and no more."""
import os
import pathlib
import re
import subprocess

import pytest

from conftest import ROOT, run

PAGES = sorted((ROOT / "packaging/man").glob("*.[158]"))
LATCHKEY, CONFIG = ROOT / "packaging/man/latchkey.1", ROOT / "packaging/man/latchkey-config.5"


def commands(say):
    return re.findall(r"^  ([a-z]+) ", say("--help"), re.M)


def subsections(page):
    """{title: source} of a page's subsections."""
    parts = re.split(r"^\.S([sh]) (.*)$", page.read_text(), flags=re.M)
    return {title.removesuffix(r"\&"): text for kind, title, text in zip(parts[1::3], parts[2::3], parts[3::3]) if kind == "s"}


def flags(source):
    return {f"-{flag}" for flag in re.findall(r"\bFl (-[a-z][a-z0-9-]*)", source)}


def test_every_command_has_its_section(say):
    assert list(subsections(LATCHKEY)) == commands(say)


def test_each_section_has_the_options_that_the_command_knows(say):
    for command, source in subsections(LATCHKEY).items():
        known = set(re.findall(r"--[a-z][a-z-]*", say(command, "--help"))) - {"--help"}
        assert flags(source) == known, command


def known_keys(binary, tmp_path, section):
    """The keys of a section: the program lists them where one is unknown."""
    file = tmp_path / "config.toml"
    needed = {"[[party]]": 'hosts = ["a.example"]', "[[gate]]": 'listen = "127.0.0.1:0"\nbackend = "127.0.0.1:1"\n'
              'cert = ["/dev/null"]\nkey = ["/dev/null"]'}
    file.write_text(f"{section}\nno_such_key = 1\n{needed.get(section, '')}\n" if section else "no_such_key = 1\n")
    done = subprocess.run([binary, "pac", "--config", file], capture_output=True, text=True, timeout=30)
    return set(re.search(r"the keys here are (.*)", done.stderr)[1].split(", "))


def test_every_section_and_key_of_the_configuration_is_told(binary, tmp_path):
    told = {title: set(re.findall(r"^\.It Va ([a-z_]+)$", text, re.M)) for title, text in subsections(CONFIG).items()}
    assert {title.strip("[]") for title in told} == known_keys(binary, tmp_path, "")
    for title, keys in told.items():
        assert keys == known_keys(binary, tmp_path, title), title


def test_the_readme_has_the_same_keys():
    table = re.findall(r"^\| `([a-z]+)\.([a-z_]+)` \|", (ROOT / "README.md").read_text(), re.M)
    told = subsections(CONFIG)
    for section, key in table:
        title = next(title for title in told if title.strip("[]") == section)
        assert f".It Va {key}\n" in told[title], f"{section}.{key}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_is_well_formed(page):
    complaints = [line for line in run(["sh", "-c", 'mandoc -T lint -W style "$1"; true', "sh", page]).splitlines()
                  if "referenced manual not found" not in line and "outdated mandoc.db" not in line]
    assert not complaints
    environment = os.environ | {"LC_ALL": "C.UTF-8", "MANROFFSEQ": "", "MANWIDTH": "80"}
    assert run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page], env=environment).find("warning") < 0


def test_pages_refer_to_pages_that_there_are():
    ours = {page.name for page in PAGES}
    for page in PAGES:
        for name, section in re.findall(r"^\.Xr (latchkey\S*) (\d)", page.read_text(), re.M):
            assert f"{name}.{section}" in ours, page.name
    for unit in pathlib.Path(ROOT / "packaging/units").rglob("*.*"):
        for name, section in re.findall(r"man:(latchkey[a-z-]*)\((\d)\)", unit.read_text()):
            assert f"{name}.{section}" in ours, unit.name
