"""What the zones of the tests' DNS say, and what is wrong with each (dns_world.py makes and serves them)."""
import base64
import re

from support.dns_world import Zone

TLSA = "TLSA 3 1 1 " + "ab" * 32
HOST = f"@ A 192.0.2.1\n_443._tcp {TLSA}\nwww A 192.0.2.2\n_443._tcp.www {TLSA}\n"


def _fields(line):
    """Owner and type of a line, and what an RRSIG covers."""
    parts = line.split()
    if len(parts) < 5 or line.startswith(";"):
        return "", "", ""
    return parts[0], parts[3], parts[4] if parts[3] == "RRSIG" else ""


def without(kind, owner=None, covered=None):
    """Leaves out records of a type, of an owner, or signatures over a type."""
    def spoil(lines):
        kept = []
        for line in lines:
            its_owner, its_kind, its_covered = _fields(line)
            hit = its_kind == kind and owner in (None, its_owner) and covered in (None, its_covered)
            if not hit:
                kept.append(line)
        assert len(kept) < len(lines), f"there was no {kind} of {owner}"
        return kept
    return spoil


def without_denial(lines):
    """No NSEC, no NSEC3, no signatures over them."""
    return [line for line in lines if "NSEC" not in (_fields(line)[1], _fields(line)[2])
            and "NSEC3" not in (_fields(line)[1], _fields(line)[2])]


def broken_signature(owner, covered):
    """One bit of the signature is another."""
    def spoil(lines):
        changed = []
        for line in lines:
            if _fields(line)[0] == owner and _fields(line)[2] == covered:
                head, octets = line.rsplit(" ", 1)
                raw = bytearray(base64.b64decode(octets))
                raw[10] ^= 1
                line = f"{head} {base64.b64encode(bytes(raw)).decode()}"
            changed.append(line)
        assert changed != lines
        return changed
    return spoil


def replaced(old, new):
    """Text is changed after it was signed."""
    def spoil(lines):
        changed = [line.replace(old, new) if _fields(line)[1] != "RRSIG" else line for line in lines]
        assert changed != lines
        return changed
    return spoil


def with_ds(pattern, replacement):
    return lambda lines: [re.sub(pattern, replacement, line) for line in lines]


def more_ds(pattern, replacement):
    """The true DS, and another."""
    return lambda lines: lines + [re.sub(pattern, replacement, line) for line in lines]


def _sum(data):
    """Of all pairs of octets; `data` is of an even length."""
    return (sum(data[::2]) << 8) + sum(data[1::2])


def _folded(total):
    """The tag of a key whose data has that sum (RFC 4034, appendix B)."""
    return (total + (total >> 16)) & 0xFFFF


def look_alikes(count):
    """Keys of RSA that have the tag of the zone's own, so that each of its signatures may be by any of them."""
    def beside(line):
        algorithm, octets = re.search(r"DNSKEY\s+257 3 (\d+) (\S+)", line).groups()
        want = _folded(_sum(bytes([1, 1, 3, int(algorithm)]) + base64.b64decode(octets)))
        made = [line.split(";")[0]]  # the signer takes a key of that tag for its own, and would leave this one out
        for number in range(count):
            data = bytearray(bytes([1, 0, 3, int(algorithm), 3, 1, 0, 1, 0xC1, number]) + bytes(range(1, 247)) + bytes(8) + b"\1\1")
            free = len(data) - 4  # two octets that only the tag depends on
            total = _sum(data)
            value = next(value for value in range(65536) if _folded(total + value) == want)
            data[free], data[free + 1] = value >> 8, value & 0xFF
            made.append(f"@ DNSKEY 256 3 {algorithm} {base64.b64encode(bytes(data[4:])).decode()}")
        return made
    return beside


def multiplied(owner, covered, count):
    """Wrong signatures in front of the right one, as many as that."""
    def spoil(lines):
        more = []
        for line in lines:
            if _fields(line)[0] == owner and _fields(line)[2] == covered:
                head, octets = line.rsplit(" ", 1)
                raw = base64.b64decode(octets)
                more += [f"{head} {base64.b64encode(raw[:-1] + bytes([(raw[-1] + n) % 256])).decode()}"
                         for n in range(1, count + 1)]
        assert more
        return more + lines
    return spoil


_DS = r"DS (\d+) (\d+) (\d+) "
_P256, _ED = "ECDSAP256SHA256", "ED25519"
_CHAIN = "".join(f"chain{n} CNAME chain{n + 1}\n" for n in range(10)) + "chain10 A 192.0.2.12\n"

ALIASES = """@ A 192.0.2.1
near CNAME @
_443._tcp.near CNAME _443._tcp.alg15.example.
over CNAME www.alg15.example.
toplain CNAME plain.example.
_443._tcp.toplain """ + TLSA + """
tobogus CNAME changed.example.
tonothing CNAME nothing.alg13.example.
tomissing CNAME nowhere.absent.
loop CNAME pool
pool CNAME loop
tree DNAME alg15.example.
both CNAME www.nsec3.example.
_443._tcp.both TLSA 3 1 1 """ + "cd" * 32 + """
bare CNAME bare.alg15.example.
_443._tcp.bare TLSA 3 1 1 """ + "cd" * 32 + "\n" + _CHAIN

STARS = HOST + """*.star A 192.0.2.9
*.star TXT "a"
_443._tcp.own.star """ + TLSA + """
*._tcp.wild """ + TLSA + """
wild A 192.0.2.8
*.cname CNAME www.alg15.example.
deep.a.b.c A 192.0.2.7
"""

ZONES = [
    Zone(".", algorithm="RSASHA256"),
    Zone("world.", "ns A 127.0.0.1\n", algorithm="RSASHA256"),
    Zone("example."),
    Zone("alg8.example.", HOST, algorithm="RSASHA256"),
    Zone("alg10.example.", HOST, algorithm="RSASHA512"),
    Zone("alg13.example.", HOST, algorithm=_P256),
    Zone("alg14.example.", HOST, algorithm="ECDSAP384SHA384"),
    Zone("alg15.example.", HOST + "bare A 192.0.2.3\n", algorithm=_ED),
    Zone("alg16.example.", HOST, algorithm="ED448"),
    Zone("sha1.example.", HOST, algorithm="RSASHA1"),
    Zone("twokeys.example.", HOST, algorithm="RSASHA256", keys=2),
    Zone("child.alg15.example.", HOST),
    Zone("nsec3.example.", STARS, nsec3=["-t", "0"]),
    Zone("salted.example.", STARS, algorithm=_ED, nsec3=["-t", "10", "-s", "beef"]),
    Zone("stars.example.", STARS),
    Zone("optout.example.", HOST + "*._tcp.wild " + TLSA + "\nwild A 192.0.2.8\n", nsec3=["-t", "0", "-p"]),
    Zone("signed.optout.example.", HOST),
    Zone("open.optout.example.", HOST, algorithm=None, ds="none"),
    Zone("costly.example.", HOST + "* A 192.0.2.9\n", nsec3=["-t", "120"]),
    Zone("plain.example.", HOST + "*.star A 192.0.2.9\nover CNAME www.alg15.example.\n", algorithm=None, ds="none"),
    Zone("nods.example.", HOST, ds="none"),
    Zone("signed.nods.example.", HOST),
    Zone("nods.nsec3.example.", HOST, algorithm=None, ds="none"),
    Zone("unsigned.example.", HOST, algorithm=None, ds=lambda _: ["unsigned.example. DS 4711 13 2 " + "ab" * 32]),
    Zone("expired.example.", HOST, window=(-60 * 86400, -86400)),
    Zone("future.example.", HOST, window=(86400, 60 * 86400)),
    Zone("wrongkey.example.", HOST, ds=with_ds(r"[0-9a-f]{8}$", "00000000")),
    Zone("wrongtag.example.", HOST, ds=with_ds(_DS, r"DS 4711 \2 \3 ")),
    Zone("newalgorithm.example.", HOST, ds=with_ds(_DS, r"DS \1 200 \3 ")),
    Zone("newdigest.example.", HOST, ds=with_ds(_DS, r"DS \1 \2 200 ")),
    Zone("twods.example.", HOST, ds=more_ds(_DS, r"DS \1 200 \3 ")),
    Zone("staleds.example.", HOST, ds=more_ds(_DS + ".*", r"DS 4711 \2 \3 " + "ab" * 32)),
    Zone("bare.example.", HOST, spoil=without("RRSIG")),
    Zone("barekeys.example.", HOST, spoil=without("RRSIG", covered="DNSKEY")),
    Zone("baretlsa.example.", HOST, spoil=without("RRSIG", covered="TLSA")),
    Zone("nokeys.example.", HOST, spoil=without("DNSKEY")),
    Zone("nodenial.example.", STARS, spoil=without_denial),
    Zone("nodenial3.example.", STARS, nsec3=["-t", "0"], spoil=without_denial),
    Zone("baredenial.example.", STARS, spoil=without("RRSIG", covered="NSEC")),
    Zone("badsig.example.", HOST, spoil=broken_signature("badsig.example.", "A")),
    Zone("badkeysig.example.", HOST, spoil=broken_signature("badkeysig.example.", "DNSKEY")),
    Zone("changed.example.", HOST, spoil=replaced("192.0.2.1", "192.0.2.66")),
    Zone("changedtlsa.example.", HOST, spoil=replaced("ab" * 32, "ba" * 32)),
    Zone("alias.example.", ALIASES, algorithm=_ED),
    Zone("keytrap.example.", HOST, algorithm="RSASHA256", beside=look_alikes(50),
         spoil=multiplied("keytrap.example.", "A", 50)),
    Zone("big.example.", HOST + "".join(f"_25._tcp TLSA 3 1 1 {n:064x}\n" for n in range(60)), algorithm="RSASHA256"),
]
