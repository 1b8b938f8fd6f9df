#!/usr/bin/python3
"""Who may include whom: an include points to a layer above, and each C library has one home.

The layers are those of the design, top first. There is no list of exceptions: a file that needs one stands in the
wrong folder. Usage: layers.py, which prints each breach and ends with 1 if there is any.
"""
import re
import sys

import sources

# Each may include itself and what stands above it.
LAYERS = ["tlscore/base", "tlscore/x509", "tlscore/token", "tlscore/dns", "tlscore/judge", "tlscore/tls",
          "openpgp-auth", "tlscore/pool", "pac", "udev", "proxy", "tests"]

# Where a library may be named. Tests may name all of them; mbedTLS's and libevent's homes are two, as designed.
HOMES = [
    (r"event2/.*|event\.h", "libevent", {"tlscore/base", "proxy"}),
    (r"mbedtls/.*|psa/.*|(ssl|pk|x509|psa_crypto|md|ecp|rsa)_[a-z0-9_]+\.h|common\.h", "mbedTLS",
     {"tlscore/x509", "tlscore/tls"}),
    (r"p11-kit/.*", "p11-kit", {"tlscore/token"}),
    (r"(winscard|reader|wintypes|pcsclite|ifdhandler)\.h", "PC/SC", {"tlscore/token"}),
    (r"ldns/.*", "ldns", {"tlscore/dns"}),
    (r"libmemcached.*/.*", "libmemcached", {"tlscore/judge"}),
    (r"gpgme.*\.h", "GPGME", {"openpgp-auth"}),
    (r"seccomp\.h", "libseccomp", {"tlscore/base"}),
    (r"sodium.*\.h", "libsodium", {"tlscore/x509"}),
    (r"libpsl\.h", "libpsl", {"proxy"}),
    (r"libudev\.h", "libudev", {"udev"}),
    (r"systemd/sd-[a-z]+\.h", "libsystemd", {"udev"}),
    (r"toml\+\+/.*", "toml++", {"proxy"}),
    (r"nlohmann/.*", "nlohmann/json", {"proxy", "tlscore/judge"}),
    (r"boost/.*", "Boost", {"proxy"}),
    (r"gtest/.*|gmock/.*|fuzzer/.*|umockdev\.h", "a test framework", set()),
]

# What belongs to the language and to the system, and so may be named everywhere.
_STANDARD = re.compile(r"[a-z_0-9]+")
_SYSTEM = re.compile(r"(sys|net|netinet|arpa|linux|asm|bits)/[a-z_0-9/-]+\.h|(aio|dirent|dlfcn|elf|endian|err|errno|fcntl|"
                     r"fnmatch|getopt|glob|grp|ifaddrs|limits|link|locale|netdb|poll|pthread|pty|pwd|regex|resolv|sched|"
                     r"semaphore|signal|spawn|stdbool|stddef|stdint|stdio|stdlib|string|strings|syslog|termios|time|ucontext|unistd|utmp|"
                     r"wchar)\.h")


def layer_of(name):
    """The layer that a file of the repository stands in, or None."""
    for layer in LAYERS:
        if name.startswith(layer + "/"):
            return layer
    return None


def _library_breach(layer, included):
    if _STANDARD.fullmatch(included) or _SYSTEM.fullmatch(included):
        return None
    for pattern, library, homes in HOMES:
        if re.fullmatch(pattern, included):
            if layer in homes or layer == "tests":
                return None
            where = " and ".join(sorted(homes)) or "tests"
            return f"{library} lives in {where}, not in {layer}"
    return f"<{included}> is of no library that has a home (tests/lint/layers.py lists them)"


def _own_breach(layer, included):
    target = layer_of(included)
    if target is None:
        return f'"{included}" does not start from the root of the repository'
    if LAYERS.index(target) > LAYERS.index(layer):
        return f"{layer} stands above {target} and may not include it"
    return None


def breaches(name, text):
    """What is wrong with the includes of one file: a list of "file:line: sentence"."""
    layer = layer_of(name)
    if layer is None:
        return [f"{name}:1: stands in no layer"]
    found = []
    for line, quoted, included in sources.includes(text):
        breach = _own_breach(layer, included) if quoted else _library_breach(layer, included)
        if breach:
            found.append(f"{name}:{line}: {breach}")
    return found


def main():
    # mbedTLS reads its configuration by name; nothing of ours includes it.
    names = [name for name in sources.listed("*.cc", "*.c", "*.h") if name != "tlscore/latchkey_mbedtls.h"]
    found = [line for name in names for line in breaches(name, (sources.ROOT / name).read_text())]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
