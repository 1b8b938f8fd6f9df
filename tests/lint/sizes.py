#!/usr/bin/python3
"""How long files may be. Functions are clang-tidy's (readability-function-size).

A header over 150 lines and a code file over 400 fail. A code file over 300 is named only: one that is split just to
be short is worse than a long one.
"""
import sys

import sources

HEADER, CODE_NOTE, CODE = 150, 300, 400


def judge(name, lines):
    """(does it fail, what to say or None) for a file of that many lines."""
    if name.endswith(".h"):
        return lines > HEADER, f"{name}: {lines} lines; a header has {HEADER} at most" if lines > HEADER else None
    if lines > CODE:
        return True, f"{name}: {lines} lines; a code file has {CODE_NOTE}, and {CODE} at the very most"
    return False, f"{name}: {lines} lines; is there a second idea in it?" if lines > CODE_NOTE else None


def main():
    names = [name for name in sources.listed("*.cc", "*.c", "*.h") if name != "tlscore/latchkey_mbedtls.h"]
    verdicts = [judge(name, len((sources.ROOT / name).read_text().splitlines())) for name in names]
    for _, sentence in verdicts:
        if sentence:
            print(sentence)
    return 1 if any(fails for fails, _ in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
