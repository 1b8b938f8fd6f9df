#!/usr/bin/python3
"""clang-tidy over all code, in as many processes as there are cores, remembering what was clean.

A file is read again only when it, a header of ours that it includes, the flags, or the checks have changed.
Usage: tidy.py [FILE...], all without; prints the findings and ends with 1 if there are any.
"""
import concurrent.futures
import hashlib
import os
import shlex
import subprocess
import sys

import sources

CACHE = sources.ROOT / "build/tidy/clean"
TOOL = "clang-tidy-22"


def _flags():
    """The compiler's flags, from the one place that has them."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    printed = subprocess.run(["make", "-s", "VARIANT=tidy", "show-flags"], cwd=sources.ROOT, check=True,
                             capture_output=True, text=True, env=environment).stdout
    return shlex.split(printed)


def _ground(flags):
    """A digest of what concerns every file: tool, flags, checks, and the version of mbedTLS."""
    digest = hashlib.sha256(repr(flags).encode())
    digest.update(subprocess.run([TOOL, "--version"], check=True, capture_output=True).stdout)
    for name in sources.listed("*.clang-tidy", "tlscore/mbedtls*"):
        digest.update((sources.ROOT / name).read_bytes())
    return digest


def _key(name, ground):
    digest = ground.copy()
    for part in sorted(sources.closure(name)):
        digest.update(part.encode() + b"\0" + (sources.ROOT / part).read_bytes() + b"\0")
    return digest.hexdigest()


def _check(name, flags, ground):
    """The findings in one file, empty if it is clean."""
    mark = CACHE / _key(name, ground)
    if mark.exists():
        return ""
    done = subprocess.run([TOOL, "--quiet", name, "--", *flags], cwd=sources.ROOT, capture_output=True, text=True)
    if done.returncode == 0:
        mark.touch()
        return ""
    return done.stdout.strip() or done.stderr.strip()


def main(arguments):
    CACHE.mkdir(parents=True, exist_ok=True)
    flags = _flags()
    ground = _ground(flags)
    names = arguments or sources.listed("*.cc")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = [text for text in pool.map(lambda name: _check(name, flags, ground), names) if text]
    # A header's finding comes up in every file that includes it; once is enough.
    print("\n".join(dict.fromkeys(findings)))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
