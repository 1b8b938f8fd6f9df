// The keys that look like it are exported and compared: GnuPG's names for a key are not those of a token.
#include "openpgp-auth/own_certificate.h"

#include <algorithm>

#include "openpgp-auth/minimal_certificate.h"

namespace openpgp_auth {

using tlscore::fail;

namespace {

/// The key among a certificate's keys; null: it is not there.
const KeyPacket* find_key(const Certificate& certificate, const tlscore::x509::PublicKey& key) {
  if (certificate.primary().key == key) return &certificate.primary();
  const auto is_it = [&key](const Subkey& subkey) { return subkey.key.key == key; };
  const auto found = std::ranges::find_if(certificate.subkeys(), is_it);
  return found == certificate.subkeys().end() ? nullptr : &found->key;
}

const CheckedKey* find_checked(const CheckedCertificate& checked, const Fingerprint& fingerprint) {
  const auto found = std::ranges::find(checked.keys, fingerprint.to_hex(), &CheckedKey::fingerprint);
  return found == checked.keys.end() ? nullptr : &*found;
}

bool is_good(const CheckedKey& key) {
  return !key.revoked && !key.expired && !key.invalid;
}

std::optional<std::chrono::sys_seconds> earlier(const CheckedKey& one, const CheckedKey& other) {
  if (!one.expires || !other.expires) return one.expires ? one.expires : other.expires;
  return std::min(*one.expires, *other.expires);
}

std::string shown_user_id(const Certificate& minimal) {
  return minimal.user_ids().empty() ? "" : minimal.user_ids().front().text;
}

tlscore::Error not_found() {
  return {
      ErrorKind::NotFound,
      "no good OpenPGP key in your keyring is the one on the token: `gpg --import` your public key, with an "
      "authentication subkey for this key"};
}

}  // namespace

Result<OwnCertificate> find_own_openpgp(const Keyring& keyring, const tlscore::x509::PublicKey& key,
                                        const std::string& user_id) {
  std::optional<OwnCertificate> found;
  for (const CheckedCertificate& checked : TRY(keyring.certificates_like(key))) {
    const Bytes octets = TRY(keyring.stored(checked.primary().fingerprint));
    const auto certificate = Certificate::parse(octets);
    if (!certificate) continue;
    const KeyPacket* const packet = find_key(*certificate, key);
    const CheckedKey* const used = packet == nullptr ? nullptr : find_checked(checked, packet->fingerprint);
    const bool may = used != nullptr && (used->can_authenticate || used->can_sign);
    if (!may || !is_good(*used) || !is_good(checked.primary())) continue;
    if (found)
      return fail(ErrorKind::Refused, "two OpenPGP certificates in your keyring have the token's key: " +
                                          found->primary.to_hex() + " and " + checked.primary().fingerprint);
    Bytes minimal = TRY(minimal_certificate(*certificate, packet->fingerprint, user_id));
    const Certificate shown = TRY(Certificate::parse(minimal));
    found = OwnCertificate{.octets = std::move(minimal),
                           .primary = certificate->primary().fingerprint,
                           .key = packet->fingerprint,
                           .user_id = shown_user_id(shown),
                           .expires = earlier(checked.primary(), *used)};
  }
  if (!found) return fail(not_found());
  return std::move(*found);
}

}  // namespace openpgp_auth
