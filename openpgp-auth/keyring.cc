// gpg's answers as plain values, and a home for a while in which copies of a certificate are merged.
#include "openpgp-auth/keyring.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "openpgp-auth/gpgme_context.h"
#include "tlscore/token/gnupg_settings.h"

namespace openpgp_auth {

using tlscore::Bytes;
using tlscore::ByteView;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

namespace {

// Copies are only merged and checked there: nobody's trust is asked.
constexpr std::string_view kScratchSettings = "trust-model always\nno-auto-check-trustdb\n";

std::string text_of(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

std::chrono::sys_seconds time_of(long seconds) {
  return std::chrono::sys_seconds(std::chrono::seconds(std::max(seconds, 0L)));
}

CheckedKey checked_key(const _gpgme_subkey& key) {
  CheckedKey checked{.fingerprint = tlscore::to_lower(text_of(key.fpr)),
                     .key_id = tlscore::to_lower(text_of(key.keyid)),
                     .can_authenticate = key.can_authenticate != 0,
                     .can_sign = key.can_sign != 0,
                     .can_certify = key.can_certify != 0,
                     .can_encrypt = key.can_encrypt != 0,
                     .created = time_of(key.timestamp),
                     .revoked = key.revoked != 0,
                     .expired = key.expired != 0,
                     .invalid = key.invalid != 0 || key.timestamp <= 0};
  if (key.expires != 0) checked.expires = time_of(key.expires);
  return checked;
}

CheckedCertificate checked_certificate(const _gpgme_key& key) {
  CheckedCertificate checked;
  for (const auto* subkey = key.subkeys; subkey != nullptr; subkey = subkey->next) {
    checked.keys.push_back(checked_key(*subkey));
  }
  for (const auto* id = key.uids; id != nullptr; id = id->next) {
    checked.user_ids.push_back({text_of(id->uid), id->revoked != 0, id->invalid != 0});
  }
  return checked;
}

Validity validity_of(gpgme_validity_t validity) {
  switch (validity) {
    case GPGME_VALIDITY_NEVER: return Validity::Never;
    case GPGME_VALIDITY_MARGINAL: return Validity::Marginal;
    case GPGME_VALIDITY_FULL: return Validity::Full;
    case GPGME_VALIDITY_ULTIMATE: return Validity::Ultimate;
    case GPGME_VALIDITY_UNKNOWN:
    case GPGME_VALIDITY_UNDEFINED: break;
  }
  return Validity::Unknown;
}

TofuPolicy tofu_of(const _gpgme_user_id& id) {
  if (id.tofu == nullptr) return TofuPolicy::None;
  if (id.tofu->validity == 0) return TofuPolicy::Ask;  // two keys claim this user ID
  switch (id.tofu->policy) {
    case GPGME_TOFU_POLICY_AUTO: return TofuPolicy::Auto;
    case GPGME_TOFU_POLICY_GOOD: return TofuPolicy::Good;
    case GPGME_TOFU_POLICY_BAD: return TofuPolicy::Bad;
    case GPGME_TOFU_POLICY_ASK: return TofuPolicy::Ask;
    default: return TofuPolicy::Unknown;
  }
}

KeyValidity key_validity(const _gpgme_key& key) {
  KeyValidity found{
      .in_keyring = true, .disabled = key.disabled != 0, .owner_trust = validity_of(key.owner_trust)};
  for (const auto* id = key.uids; id != nullptr; id = id->next) {
    const bool is_good = id->revoked == 0 && id->invalid == 0;
    found.user_ids.push_back(
        {text_of(id->uid), is_good ? validity_of(id->validity) : Validity::Never, tofu_of(*id)});
  }
  return found;
}

/// GnuPG's number for the algorithm of keys that are like this one; nothing: there are none.
std::optional<gpgme_pubkey_algo_t> algorithm_of(const tlscore::x509::PublicKey& key) {
  using Type = tlscore::x509::PublicKey::Type;
  switch (key.type()) {
    case Type::Rsa: return GPGME_PK_RSA;
    case Type::EcP256:
    case Type::EcP384: return GPGME_PK_ECDSA;
    case Type::Ed25519: return GPGME_PK_EDDSA;
    case Type::Other: break;
  }
  return std::nullopt;
}

bool has_key_like(const _gpgme_key& key, gpgme_pubkey_algo_t algorithm, std::size_t bits) {
  for (const auto* subkey = key.subkeys; subkey != nullptr; subkey = subkey->next) {
    const bool may = subkey->can_authenticate != 0 || subkey->can_sign != 0;
    if (may && subkey->pubkey_algo == algorithm && subkey->length == bits) return true;
  }
  return false;
}

std::string fingerprint_of(const _gpgme_key& key) {
  return key.subkeys == nullptr ? std::string() : tlscore::to_lower(text_of(key.subkeys->fpr));
}

Result<void> write_settings(const std::string& home) {
  std::ofstream file(home + "/gpg.conf");
  file << kScratchSettings;
  file.close();
  if (!file) return fail(ErrorKind::Internal, "cannot write to " + home);
  return {};
}

/// What the user's keyring says of a primary key and of a key ID; either may be empty.
Result<KeyringAnswer> standing(GpgmeContext& users, const std::string& primary, const std::string& key_id) {
  std::vector<std::string> patterns;
  for (const std::string& pattern : {primary, key_id}) {
    if (!pattern.empty()) patterns.push_back(pattern);
  }
  KeyringAnswer answer;
  TRY(users.list(patterns, [&](const _gpgme_key& key) -> Result<void> {
    // A subkey's fingerprint finds its primary key as well.
    if (fingerprint_of(key) == primary) answer.validity = key_validity(key);
    for (const auto* subkey = key.subkeys; subkey != nullptr; subkey = subkey->next) {
      if (tlscore::to_lower(text_of(subkey->keyid)) != key_id) continue;
      KeyHolder holder{tlscore::to_lower(text_of(subkey->fpr)), fingerprint_of(key)};
      // Both patterns may find the same certificate.
      const bool is_known = std::ranges::find(answer.holders, holder) != answer.holders.end();
      if (!is_known) answer.holders.push_back(std::move(holder));
    }
    return {};
  }));
  return answer;
}

Result<CheckedCertificate> checked(GpgmeContext& scratch, const std::string& fingerprint) {
  std::vector<CheckedCertificate> found;
  TRY(scratch.list({fingerprint}, [&found](const _gpgme_key& key) -> Result<void> {
    found.push_back(checked_certificate(key));
    return {};
  }));
  if (found.size() == 1 && !found.front().keys.empty() &&
      found.front().primary().fingerprint == fingerprint) {
    return std::move(found.front());
  }
  return fail(ErrorKind::Malformed, "GnuPG does not find the certificate again that it has read");
}

}  // namespace

Result<Keyring> Keyring::create(std::string home, const std::string& scratch) {
  if (home.empty()) home = tlscore::token::gnupg_home();
  auto folder = TRY(ScratchFolder::create(scratch, "keyring"));
  const std::string program = folder.path() + "/gpg";
  if (::symlink("/proc/self/exe", program.c_str()) != 0) {
    return fail(ErrorKind::Internal, "cannot make " + program + ": " + std::strerror(errno));
  }
  return Keyring(std::move(home), std::move(folder));
}

bool Keyring::is_empty() const {
  std::error_code error;
  return m_home.empty() || (!std::filesystem::exists(m_home, error) && !error);
}

Result<GpgmeContext> Keyring::open() const {
  return GpgmeContext::create(program(), m_home);
}

Result<KeyringAnswer> Keyring::look(ByteView received, const std::string& key_id) const {
  if (received.size() > kMaxReceivedBytes) {
    return fail(ErrorKind::TooLarge, "it has more than 64 KiB");
  }
  const auto home = TRY(ScratchFolder::create(m_scratch.path(), "home"));
  TRY(write_settings(home.path()));
  auto scratch = TRY(GpgmeContext::create(program(), home.path()));
  const auto imported = TRY(scratch.import(received));
  if (imported.size() != 1) return fail(ErrorKind::Malformed, "these are several certificates, and not one");
  KeyringAnswer answer;
  if (!is_empty()) {
    auto users = TRY(open());
    answer = TRY(standing(users, imported.front(), key_id));
    if (answer.validity.in_keyring) {
      const Bytes own = TRY(users.export_minimal(imported.front(), kMaxStoredBytes));
      TRY(scratch.import(own));
    }
  }
  answer.certificate = TRY(checked(scratch, imported.front()));
  return answer;
}

Result<CheckedCertificate> Keyring::check(ByteView received) const {
  return TRY(look(received, "")).certificate;
}

Result<Bytes> Keyring::stored(const std::string& fingerprint) const {
  if (is_empty()) return fail(ErrorKind::NotFound, "the keyring has no key " + fingerprint);
  auto users = TRY(open());
  return users.export_minimal(fingerprint, kMaxStoredBytes);
}

Result<KeyValidity> Keyring::validity(const std::string& fingerprint) const {
  if (is_empty()) return KeyValidity{};
  auto users = TRY(open());
  return TRY(standing(users, fingerprint, "")).validity;
}

Result<std::vector<CheckedCertificate>> Keyring::certificates_like(
    const tlscore::x509::PublicKey& key) const {
  std::vector<CheckedCertificate> found;
  const auto algorithm = algorithm_of(key);
  if (is_empty() || !algorithm) return found;
  auto context = TRY(GpgmeContext::create(program(), m_home));
  TRY(context.list_all([&](const _gpgme_key& one) -> Result<void> {
    if (!has_key_like(one, *algorithm, key.bits())) return {};
    if (found.size() == kMaxLike)
      return fail(ErrorKind::TooLarge, "too many keys in your keyring are like the one on the token");
    found.push_back(checked_certificate(one));
    return {};
  }));
  return found;
}

Result<std::vector<std::string>> Keyring::primaries_with_subkey(const std::string& fingerprint) const {
  std::vector<std::string> primaries;
  if (is_empty()) return primaries;
  constexpr std::size_t kKeyIdDigits = 16;
  const std::size_t start = fingerprint.size() - std::min(fingerprint.size(), kKeyIdDigits);
  auto users = TRY(open());
  const KeyringAnswer answer = TRY(standing(users, "", fingerprint.substr(start)));
  for (const KeyHolder& holder : answer.holders) {
    if (holder.key == fingerprint && holder.primary != fingerprint) primaries.push_back(holder.primary);
  }
  return primaries;
}

}  // namespace openpgp_auth
