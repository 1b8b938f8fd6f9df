#!/usr/bin/python3
"""Makes the OpenPGP certificates of this folder, each wrong in one way at most, and `index`, which names their keys.

They are committed: run it only to change them. No private key is kept. Format of `index`: NAME PRIMARY [SUBKEY...].
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "functional"))

from support.openpgp import AUTHENTICATE, CERTIFY, DAY, ENCRYPT, SIGN, Key, Subkey, certificate  # noqa: E402

NAME = "https://party.test"
index = []


def write(name, octets, *keys):
    (HERE / f"{name}.pgp").write_bytes(octets)
    index.append(" ".join([name, *(key.fingerprint for key in keys)]))


def simple(name, subkey_options, **options):
    """A primary key and one subkey that authenticates."""
    primary, subkey = Key(), Key()
    write(name, certificate(primary, [NAME], [Subkey(subkey, **{"flags": AUTHENTICATE, **subkey_options})], **options), primary, subkey)


# One pair of keys in many states, so that their copies can be merged.
alice, auth = Key(), Key()
good = certificate(alice, [NAME, "Alice <alice@party.test>"], [Subkey(auth, AUTHENTICATE)])
write("good", good, alice, auth)
write("good-revoked", certificate(alice, [NAME], [Subkey(auth, AUTHENTICATE)], revoked=True), alice, auth)
write("good-subkey-revoked", certificate(alice, [NAME], [Subkey(auth, AUTHENTICATE, revoked=True)]), alice, auth)
write("good-name-revoked", certificate(alice, ["Alice <alice@party.test>"], [Subkey(auth, AUTHENTICATE)], revoked_names=[NAME]), alice, auth)
write("good-unbound-subkey", certificate(alice, [NAME], [Subkey(auth, AUTHENTICATE, bound=False)]), alice, auth)
# The last octets are those of the binding's signature.
write("good-flipped-bit", good[:-1] + bytes([good[-1] ^ 1]), alice, auth)
write("good-two-names", certificate(alice, [NAME, "other.test"], [Subkey(auth, AUTHENTICATE)]), alice, auth)

# Mallory binds the subkey that is Alice's: nothing but TLS shows whose it is.
mallory = Key()
write("adopted", certificate(mallory, [NAME], [Subkey(auth, AUTHENTICATE)]), mallory, auth)
# A subkey that signs needs its own word, which Mallory cannot give.
signing, owner = Key(), Key()
write("signing", certificate(owner, [NAME], [Subkey(signing, SIGN)]), owner, signing)
write("no-back-signature", certificate(mallory, [NAME], [Subkey(signing, SIGN, back_signature=False)]), mallory, signing)

simple("expired", {}, lifetime=DAY)
simple("expired-subkey", {"lifetime": DAY})
simple("expires-2030", {"lifetime": 3653 * DAY})
simple("encryption-only", {"flags": ENCRYPT})

alone = Key()
write("primary-only", certificate(alone, [NAME], flags=CERTIFY | AUTHENTICATE), alone)
ed = Key("ed25519")
write("ed25519", certificate(ed, [NAME], flags=CERTIFY | SIGN | AUTHENTICATE), ed)
write("two-certificates", good + certificate(alone, [NAME], flags=CERTIFY | AUTHENTICATE), alice, alone)

(HERE / "index").write_text("\n".join(index) + "\n")
