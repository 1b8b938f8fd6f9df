#!/bin/bash
# Makes the certificates of this folder with GnuPG 2.2. They are committed, and the secret keys (but for secret.pgp) are
# not kept: run it only to change them. Every key was made in the first second of 2026 and never expires.
set -euo pipefail
cd "$(dirname "$0")"
GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill all; rm -rf "$GNUPGHOME"' EXIT

pgp() {
  gpg --quiet --batch --yes --pinentry-mode loopback --passphrase "" --faked-system-time "${time:-20260101T000000}!" "$@"
}
fingerprint() { pgp --with-colons --list-keys "=$1" | awk -F: '$1 == "fpr" { print $10; exit }'; }

# family NAME ALGORITHM ENCRYPTION: a primary key with a signing, an authentication-only and an encryption subkey
family() {
  pgp --quick-generate-key "$1 <$1@party.example>" "$2" cert,sign never
  local primary; primary=$(fingerprint "$1 <$1@party.example>")
  pgp --quick-add-key "$primary" "$2" sign never
  pgp --quick-add-key "$primary" "$2" auth never
  pgp --quick-add-key "$primary" "$3" encr never
  pgp --export "$primary" > "$1.pgp"
}
family rsa rsa2048 rsa2048
family p256 nistp256/ecdsa nistp256/ecdh
family p384 nistp384/ecdsa nistp384/ecdh
family ed25519 ed25519 cv25519
family p521 nistp521/ecdsa nistp521/ecdh

# Primary keys that authenticate themselves.
for kind in rsa2048 nistp256/ecdsa nistp384/ecdsa ed25519; do
  name=${kind%/*}-primary
  pgp --quick-generate-key "$name" $kind cert,sign,auth never
  pgp --export "$(fingerprint "$name")" > "$name.pgp"
done

# Three user IDs, of which one is the primary one, and another one was certified by somebody else, too.
pgp --quick-generate-key "Zoë <first@party.example>" nistp256/ecdsa cert,sign,auth never
names=$(fingerprint "Zoë <first@party.example>")
pgp --quick-add-uid "$names" "https://party.example"
pgp --quick-add-uid "$names" "third@party.example"
time=20260101T000100 pgp --quick-set-primary-uid "$names" "https://party.example"
pgp --local-user "=rsa2048-primary" --quick-sign-key "$names" "Zoë <first@party.example>"
pgp --export "$names" > names.pgp

# A DSA primary key, as people had them, with an RSA subkey that authenticates.
pgp --quick-generate-key "dsa" dsa2048 cert,sign never
dsa=$(fingerprint dsa)
pgp --quick-add-key "$dsa" rsa2048 auth never
pgp --export "$dsa" > dsa.pgp

# What must not be shown to anybody.
pgp --export-secret-keys "=nistp256-primary" > secret.pgp
