#!/usr/bin/python3
"""What the text of the repository may not hold: unfinished work, hosts of package registries, paths of a machine, and
characters that turn what a reader sees around (Unicode, UAX #9).

Every source file also opens with a comment that says what it is for. Prints each breach; ends with 1 if there is any.
"""
import re
import sys

import sources

FORBIDDEN = [
    (re.compile(r"\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b"), "unfinished work belongs in an issue"),
    (re.compile(r"\b(deb|security|snapshot|archive|registry|files|crates|pypi|npm)\.(?!example\b)[a-z-]+\.(org|com|io|net|dev)\b"),
     "names a host of a package registry"),
    (re.compile(r"(?<![\w.$})])/(work|root|home/[a-z]\w*)/[\w.]"), "is a path of somebody's machine"),
    (re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"), "turns around what is read"),
]
SOURCE = re.compile(r".*\.(cc|h|py|sh)|Makefile|.*/[A-Z]?Makefile")


def breaches(name, text):
    """What is wrong with one file's text: a list of "file:line: sentence"."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, sentence in FORBIDDEN:
            match = pattern.search(line)
            if match:
                found.append(f'{name}:{number}: "{match[0]}" {sentence}')
    if SOURCE.fullmatch(name) and not _opens_with_a_comment(text):
        found.append(f"{name}:1: does not open with a comment that says what it is for")
    return found


def _opens_with_a_comment(text):
    lines = [line for line in text.splitlines() if line.strip()]
    if lines and lines[0].startswith("#!"):
        lines = lines[1:]
    return not lines or lines[0].startswith(("// ", "# ", '"""', "/*"))


def main():
    found = []
    for name in sources.listed():
        if name == "tests/lint/test_wording.py":  # its examples are what the check looks for
            continue
        try:
            text = (sources.ROOT / name).read_text()
        except UnicodeDecodeError:
            continue
        found += breaches(name, text)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
