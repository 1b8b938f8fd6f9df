// The keys that look like it are exported and compared: GnuPG's names for a key are not those of a token.
#include "openpgp-auth/own_certificate.h"

#include <algorithm>

#include "openpgp-auth/minimal_certificate.h"
#include "openpgp-auth/new_certificate.h"

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

/// What is stored comes without subkeys that have expired: GnuPG's list has their fingerprints yet.
const CheckedKey* find_expired(const CheckedCertificate& checked, const tlscore::x509::PublicKey& key) {
  const auto is_it = [&key](const CheckedKey& each) {
    const auto fingerprint = fingerprint_of(key, each.created);
    return each.expired && fingerprint && fingerprint->to_hex() == each.fingerprint;
  };
  const auto found = std::ranges::find_if(checked.keys, is_it);
  return found == checked.keys.end() ? nullptr : &*found;
}

bool is_good_key(const CheckedKey& key) {
  return !key.revoked && !key.expired && !key.invalid;
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

bool CertificateWithKey::is_good() const {
  return is_good_key(primary) && is_good_key(used);
}

std::optional<std::chrono::sys_seconds> CertificateWithKey::expires() const {
  if (!primary.expires || !used.expires) return primary.expires ? primary.expires : used.expires;
  return std::min(*primary.expires, *used.expires);
}

Result<std::vector<CertificateWithKey>> certificates_with_key(const Keyring& keyring,
                                                              const tlscore::x509::PublicKey& key) {
  std::vector<CertificateWithKey> found;
  for (const CheckedCertificate& checked : TRY(keyring.certificates_like(key))) {
    auto certificate = Certificate::parse(TRY(keyring.stored(checked.primary().fingerprint)));
    if (!certificate) continue;
    const KeyPacket* const packet = find_key(*certificate, key);
    const CheckedKey* const used =
        packet == nullptr ? find_expired(checked, key) : find_checked(checked, packet->fingerprint);
    if (used == nullptr || (!used->can_authenticate && !used->can_sign)) continue;
    found.push_back({std::move(*certificate), checked.primary(), *used});
  }
  return found;
}

Result<OwnCertificate> find_own_openpgp(const Keyring& keyring, const tlscore::x509::PublicKey& key,
                                        const std::string& user_id) {
  std::optional<OwnCertificate> found;
  for (const CertificateWithKey& each : TRY(certificates_with_key(keyring, key))) {
    if (!each.is_good()) continue;
    if (found)
      return fail(ErrorKind::Refused, "two OpenPGP certificates in your keyring have the token's key: " +
                                          found->primary.to_hex() + " and " + each.primary.fingerprint);
    const Fingerprint used = find_key(each.certificate, key)->fingerprint;
    Bytes minimal = TRY(minimal_certificate(each.certificate, used, user_id));
    const Certificate shown = TRY(Certificate::parse(minimal));
    found = OwnCertificate{.octets = std::move(minimal),
                           .primary = each.certificate.primary().fingerprint,
                           .key = used,
                           .user_id = shown_user_id(shown),
                           .expires = each.expires()};
  }
  if (!found) return fail(not_found());
  return std::move(*found);
}

}  // namespace openpgp_auth
