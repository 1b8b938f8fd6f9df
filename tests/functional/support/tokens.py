"""SoftHSM tokens that hold a key of a chosen kind and its certificate, made with Debian's own tools."""
import dataclasses
import os
import pathlib
import subprocess

from support.pki import Identity, openssl

MODULE = "/usr/lib/softhsm/libsofthsm2.so"


@dataclasses.dataclass(frozen=True)
class Token:
    folder: pathlib.Path
    identity: Identity  # whose key and certificate the token holds
    pin: str
    module: str = MODULE
    pin_from: str = "credential"  # or "ask" (pinentry), "terminal" (latchkey unlock)

    @property
    def environment(self):
        """What a process needs to find the token, and, as systemd would hand it over, its PIN."""
        return {"SOFTHSM2_CONF": str(self.folder / "softhsm2.conf"), "CREDENTIALS_DIRECTORY": str(self.folder / "credentials")}

    @property
    def configuration(self):
        """The [token] table for it: the module's token is no USB device, so it is in for as long as it is listed."""
        return {"module": self.module, "device": "none", "pin": self.pin_from}


def make(folder, identity, label="test token", pin="43210987"):
    """A token in `folder` with the identity's key and certificate under the ID 01."""
    folder = pathlib.Path(folder)
    (folder / "tokens").mkdir(parents=True)
    (folder / "credentials").mkdir()
    (folder / "softhsm2.conf").write_text(
        f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n")
    (folder / "credentials/latchkey.pin").write_text(pin)
    token = Token(folder, identity, pin)
    _run(token, "softhsm2-util", "--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", pin)
    openssl("pkcs8", "-topk8", "-nocrypt", "-in", identity.key, "-out", folder / "key.p8")
    _run(token, "softhsm2-util", "--import", folder / "key.p8", "--token", label, "--label", identity.name, "--id", "01", "--pin", pin)
    openssl("x509", "-in", identity.certificate, "-outform", "DER", "-out", folder / "certificate.der")
    _run(token, "pkcs11-tool", "--module", MODULE, "--token-label", label, "--login", "--pin", pin, "--write-object",
         folder / "certificate.der", "--type", "cert", "--id", "01", "--label", identity.name)
    (folder / "key.p8").unlink()
    return token


def add_key(token, identity, label, number="02", with_certificate=False):
    """A second key on the token."""
    made = token.folder / "key.p8"
    openssl("pkcs8", "-topk8", "-nocrypt", "-in", identity.key, "-out", made)
    _run(token, "softhsm2-util", "--import", made, "--token", "test token", "--label", label, "--id", number, "--pin", token.pin)
    made.unlink()
    if with_certificate:
        der = token.folder / f"{number}.der"
        openssl("x509", "-in", identity.certificate, "-outform", "DER", "-out", der)
        _run(token, "pkcs11-tool", "--module", MODULE, "--token-label", "test token", "--login", "--pin", token.pin, "--write-object", der,
             "--type", "cert", "--id", number, "--label", label)


def add_token(token, identity, label):
    """A second token of the same module and with the same PIN, which holds the identity's key."""
    _run(token, "softhsm2-util", "--init-token", "--free", "--label", label, "--pin", token.pin, "--so-pin", token.pin)
    made = token.folder / "key.p8"
    openssl("pkcs8", "-topk8", "-nocrypt", "-in", identity.key, "-out", made)
    _run(token, "softhsm2-util", "--import", made, "--token", label, "--label", identity.name, "--id", "01", "--pin", token.pin)
    made.unlink()


def delete_key(token, label):
    """Takes a key off the token again, both halves of it."""
    for kind in ("privkey", "pubkey"):
        _run(token, "pkcs11-tool", "--module", MODULE, "--token-label", "test token", "--login", "--pin", token.pin, "--delete-object", "--type",
             kind, "--label", label)


def _run(token, *command):
    done = subprocess.run([str(part) for part in command], env=os.environ | token.environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
