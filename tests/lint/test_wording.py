"""The checks of wording and sizes, on one line each."""
import pytest

import sizes
import wording


@pytest.mark.parametrize("line, reason", [
    ("// TODO: later", "unfinished"),
    ("URI: http://deb.somewhere.org/x", "package registry"),
    ("see https://registry.somewhere.com/", "package registry"),
    ("cd /work/main", "somebody's machine"),
    ("PATH=/home/jo/bin", "somebody's machine"),
    ("cp /root/.ssh/id x", "somebody's machine"),
    ("if is_allowed\u2066() {", "turns around"),
])
def test_a_line_is_refused(line, reason):
    found = wording.breaches("README.md", f"# A title\n{line}\n")
    assert len(found) == 1 and found[0].startswith("README.md:2: ") and reason in found[0]


@pytest.mark.parametrize("line", [
    "The party is https://files.example.org/ and archive.example.com.",
    "It lies in ~/.config/latchkey and $HOME/work/x.",
    "/usr/share/dns/root.key",
    "$(ROOT)/work/x",
])
def test_a_line_passes(line):
    assert wording.breaches("README.md", line) == []


def test_a_source_file_opens_with_a_comment():
    assert wording.breaches("proxy/x.cc", "#include <string>\n") != []
    assert wording.breaches("proxy/x.cc", "// Says what it is for.\n#include <string>\n") == []
    assert wording.breaches("tests/x.py", "#!/usr/bin/python3\nimport os\n") != []
    assert wording.breaches("tests/x.py", '#!/usr/bin/python3\n"""What for."""\n') == []


@pytest.mark.parametrize("name, lines, fails, named", [
    ("proxy/x.h", 150, False, False), ("proxy/x.h", 151, True, True),
    ("proxy/x.cc", 300, False, False), ("proxy/x.cc", 301, False, True), ("proxy/x.cc", 401, True, True),
])
def test_a_file_may_be_so_long(name, lines, fails, named):
    verdict, sentence = sizes.judge(name, lines)
    assert verdict == fails and (sentence is not None) == named
