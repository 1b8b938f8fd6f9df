#!/bin/bash
# Makes the keys, signatures and certificates of this folder with OpenSSL 3.0. They are committed: run it only to
# change them. Every validity is fixed; tests judge them at 2030-01-01, except where they say otherwise.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: > "$work/index"
openssl rand -hex 8 > "$work/serial"

key() { # NAME GENPKEY-OPTIONS...
  local name=$1; shift
  openssl genpkey -quiet "$@" -out "$name.key" 2>/dev/null || openssl genpkey "$@" -out "$name.key"
}

# issue NAME SUBJECT KEY ISSUER ISSUER-KEY [MD] [START END] < extensions
issue() {
  local name=$1 subject=$2 key=$3 issuer=$4 issuer_key=$5 md=${6:-sha256} start=${7:-20250101000000Z} end=${8:-21241231235959Z}
  cat > "$work/extensions"
  openssl req -new -key "$key.key" -subj "$subject" -utf8 -out "$work/request" -config <(printf '[req]\ndistinguished_name=n\n[n]\n')
  cat > "$work/config" <<CONFIG
[ca]
default_ca = it
[it]
database = $work/index
serial = $work/serial
new_certs_dir = $work
unique_subject = no
policy = any
string_mask = utf8only
preserve = yes
[any]
countryName = optional
organizationName = optional
commonName = optional
CONFIG
  local from=(-cert "$issuer.pem" -keyfile "$issuer_key.key")
  [ "$issuer" = self ] && from=(-selfsign -keyfile "$key.key")
  openssl ca -batch -notext -config "$work/config" "${from[@]}" -md "$md" -startdate "$start" -enddate "$end" \
    -in "$work/request" -extfile "$work/extensions" -out "$name.pem" $SIGOPT 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
}
SIGOPT=

[ -e rsa2048.key ] || {
  key rsa2048 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
  key rsa1024 -algorithm RSA -pkeyopt rsa_keygen_bits:1024
  key p256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
  key p384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
  key ed25519 -algorithm ED25519
  openssl pkey -in p256.key -aes256 -passout pass:x -out encrypted.key
}

printf message > "$work/message"
for salt in 20 32; do
  openssl dgst -sha256 -sign rsa2048.key -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:$salt \
    -out pss-salt$salt.sig "$work/message"
done

ca='basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash'
server='basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth'

issue root "/C=DE/O=Example/CN=Test Root" p384 self p384 sha384 <<< "$ca"
issue intermediate "/C=DE/O=Example/CN=Test Intermediate" rsa2048 root p384 sha384 <<< "${ca/TRUE/TRUE,pathlen:0}"
issue leaf "/CN=Party" p256 intermediate rsa2048 sha256 <<< "$server
subjectAltName=DNS:party.example,DNS:*.wild.example,IP:192.0.2.1,IP:2001:db8::1"
SIGOPT="-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32"
issue leaf-pss "/CN=Party" p256 intermediate rsa2048 sha256 <<< "$server
subjectAltName=DNS:party.example"
SIGOPT=
issue leaf-sha1 "/CN=Party" p256 intermediate rsa2048 sha1 <<< "$server
subjectAltName=DNS:party.example"
issue leaf-rsa1024 "/CN=Party" rsa1024 intermediate rsa2048 sha256 <<< "$server
subjectAltName=DNS:party.example"
issue leaf-ed25519 "/CN=Party" ed25519 intermediate rsa2048 sha256 <<< "$server
subjectAltName=DNS:party.example"
issue leaf-client "/CN=Party" p256 intermediate rsa2048 sha256 <<< "${server/serverAuth/clientAuth}
subjectAltName=DNS:party.example"
issue leaf-expired "/CN=Party" p256 intermediate rsa2048 sha256 20250101000000Z 20250301120000Z <<< "$server
subjectAltName=DNS:party.example"
issue leaf-cn-only "/CN=party.example" p256 intermediate rsa2048 sha256 <<< "$server"
issue self-signed "/CN=party.example" p256 self p256 sha256 <<< "$server
subjectAltName=DNS:party.example"
issue self-signed-ed25519 "/CN=party.example" ed25519 self ed25519 null <<< "$server
subjectAltName=DNS:party.example"
issue unknown-critical "/CN=Party" p256 intermediate rsa2048 sha256 <<< "$server
1.2.3.4=critical,ASN1:NULL"
issue constrained "/O=Example/CN=Constrained" rsa2048 root p384 sha384 <<< "$ca
nameConstraints=critical,permitted;DNS:party.example,permitted;IP:192.0.2.0/255.255.255.0,excluded;DNS:secret.party.example"
issue constrained-loosely "/O=Example/CN=Constrained" rsa2048 root p384 sha384 <<< "$ca
nameConstraints=permitted;DNS:party.example"
issue leaf-inside "/CN=Party" p256 constrained rsa2048 sha256 <<< "$server
subjectAltName=DNS:www.party.example,IP:192.0.2.7"
issue leaf-outside "/CN=Party" p256 constrained rsa2048 sha256 <<< "$server
subjectAltName=DNS:other.example"
