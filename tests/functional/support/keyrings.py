"""GnuPG homes of a test's own, which trust whom they import; no agent is started in them."""
import subprocess


class Keyring:
    """A GnuPG home in a folder, made if need be."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)

    def gpg(self, *arguments, input=None):
        return subprocess.run(["gpg", "--homedir", str(self.folder), "--batch", "--quiet", "--no-autostart", *arguments],
                              input=input, capture_output=True, check=True).stdout

    def add(self, certificate, fingerprint):
        self.gpg("--import", input=certificate)
        self.gpg("--import-ownertrust", input=f"{fingerprint.upper()}:6:\n".encode())
