"""Which files the lint looks at, and what they include. Shared by the checks beside it."""
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

_INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)


def listed(*patterns, root=ROOT):
    """Files that git knows or would add, as sorted paths relative to `root`."""
    names = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "-z", "--", *patterns],
                           check=True, capture_output=True, text=True).stdout.split("\0")
    return sorted({name for name in names if name and (root / name).is_file()})


def includes(text):
    """Every include of a source text, as (line number, is it quoted, name)."""
    return [(text.count("\n", 0, match.start(1)) + 1, match[1] == '"', match[2]) for match in _INCLUDE.finditer(text)]


def closure(name, root=ROOT, _seen=None):
    """The repository's own files that `name` includes, directly or not, with itself; all are named from the root."""
    seen = set() if _seen is None else _seen
    if name in seen or not (root / name).is_file():
        return seen
    seen.add(name)
    for _, quoted, included in includes((root / name).read_text()):
        if quoted:
            closure(included, root, seen)
    return seen
