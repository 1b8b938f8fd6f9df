#!/usr/bin/python3
"""Are all sources formatted as .clang-format says? Names those that are not; `make format` mends them."""
import subprocess
import sys

import sources


def main():
    names = sources.listed("*.cc", "*.c", "*.h")
    if not names:
        return 0
    done = subprocess.run(["clang-format-19", "--dry-run", "-Werror", *names], cwd=sources.ROOT, capture_output=True, text=True)
    wrong = sorted({line.split(":")[0] for line in done.stderr.splitlines() if "-Wclang-format-violations" in line})
    for name in wrong:
        print(f"{name}: is not formatted (make format)")
    if done.returncode != 0 and not wrong:
        print(done.stderr)
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
