// One rule after the other; each says why in words that a person can act on.
#include "openpgp-auth/key_evidence.h"

#include <algorithm>
#include <optional>

#include "openpgp-auth/user_id_name.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/directory_string.h"

namespace openpgp_auth {

using tlscore::judge::Finding;
using tlscore::judge::Role;
using tlscore::judge::Verdict;

namespace {

constexpr auto kNever = std::chrono::sys_seconds::max();

/// What speaks against a key; nothing where nothing does.
using Objection = std::optional<std::string>;

bool has_expired(const CheckedKey& key, std::chrono::sys_seconds now) {
  return key.expired || (key.expires && *key.expires <= now);
}

Objection state_of(const CheckedKey& key, std::string_view which, std::chrono::sys_seconds now) {
  const std::string name = std::string(which) + " " + key.fingerprint;
  if (key.invalid) return name + " has no good self-signature";
  if (key.revoked) return name + " is revoked";
  if (has_expired(key, now))
    return name + " expired" + (key.expires ? " on " + tlscore::x509::to_date(*key.expires) : "");
  if (key.created > now)
    return name + " was made on " + tlscore::x509::to_date(key.created) + ", which is yet to come";
  return std::nullopt;
}

bool shares_its_key_id(const CheckedKey& key, const KeyringAnswer& answer) {
  const auto is_another = [&key](const CheckedKey& other) {
    return other.key_id == key.key_id && other.fingerprint != key.fingerprint;
  };
  return std::ranges::any_of(answer.certificate.keys, is_another) ||
         std::ranges::any_of(answer.holders,
                             [&key](const KeyHolder& holder) { return holder.key != key.fingerprint; });
}

Objection purpose_of(const CheckedKey& key, bool is_primary, bool has_back_signature) {
  const std::string name = (is_primary ? "its primary key " : "its subkey ") + key.fingerprint;
  if (!key.can_authenticate && !key.can_sign) {
    return name + (key.can_encrypt ? " may only encrypt" : " may neither authenticate nor sign");
  }
  if (!is_primary && key.can_sign && !has_back_signature) {
    return name + " may sign and has no back-signature: it does not say itself whose it is";
  }
  return std::nullopt;
}

/// All that speaks against the key whoever the peer is.
Objection state_of(const KeyQuestion& question, const KeyringAnswer& answer) {
  const CheckedKey& primary = answer.certificate.primary();
  const auto key = std::ranges::find(answer.certificate.keys, question.key, &CheckedKey::fingerprint);
  if (key == answer.certificate.keys.end()) {
    return "the key " + question.key + " is not bound to the OpenPGP key " + primary.fingerprint;
  }
  const bool is_primary = key == answer.certificate.keys.begin();
  if (shares_its_key_id(*key, answer)) return "two keys have the key ID " + key->key_id;
  if (auto objection = state_of(primary, "the OpenPGP key", question.now)) return objection;
  if (auto objection = state_of(*key, "its subkey", question.now)) return objection;
  if (answer.validity.disabled) return "you have disabled the OpenPGP key " + primary.fingerprint;
  return purpose_of(*key, is_primary, question.has_back_signature);
}

bool is_adopted(const KeyQuestion& question, const KeyringAnswer& answer) {
  const std::string& primary = answer.certificate.primary().fingerprint;
  return question.key != primary && std::ranges::any_of(answer.holders, [&](const KeyHolder& holder) {
           return holder.key == question.key && holder.primary != primary;
         });
}

bool is_good(const CheckedCertificate& certificate, std::string_view user_id) {
  const auto found = std::ranges::find(certificate.user_ids, user_id, &CheckedUserId::text);
  return found != certificate.user_ids.end() && !found->revoked && !found->invalid;
}

bool is_valid(const UserIdValidity& id) {
  if (id.validity == Validity::Full || id.validity == Validity::Ultimate) {
    return id.tofu != TofuPolicy::Bad && id.tofu != TofuPolicy::Ask;
  }
  // GnuPG gives a first use marginal validity; who chose that trust model takes it.
  return id.validity == Validity::Marginal && (id.tofu == TofuPolicy::Auto || id.tofu == TofuPolicy::Good);
}

/// Every good user ID that could be this peer's.
std::vector<std::string> fitting_names(const KeyQuestion& question, const CheckedCertificate& certificate) {
  std::vector<std::string> names;
  for (const CheckedUserId& id : certificate.user_ids) {
    const bool fits = question.role == Role::Client || names_host(id.text, question.host);
    if (fits && is_good(certificate, id.text)) names.push_back(id.text);
  }
  return names;
}

std::string in_quotes(std::string_view user_id) {
  constexpr std::size_t kMaxShownBytes = 120;
  return "\"" + tlscore::x509::escape_controls(user_id.substr(0, kMaxShownBytes)) + "\"";
}

struct NameFinding {
  Verdict verdict;
  std::string reason;
};

NameFinding judge_names(const KeyQuestion& question, const KeyringAnswer& answer) {
  const std::string key = "the OpenPGP key " + answer.certificate.primary().fingerprint;
  if (!answer.validity.in_keyring) return {Verdict::Absent, key + " is not in your keyring"};
  const auto names = fitting_names(question, answer.certificate);
  if (names.empty()) {
    const bool is_client = question.role == Role::Client;
    return {Verdict::Fail, is_client ? key + " has no good user ID"
                                     : "no user ID of " + key + " is " +
                                           in_quotes("https://" + question.host) + " or the bare name"};
  }
  for (const std::string& name : names) {
    const auto valid = std::ranges::find(answer.validity.user_ids, name, &UserIdValidity::text);
    if (valid == answer.validity.user_ids.end() || !is_valid(*valid)) continue;
    return {Verdict::Pass, key + " is valid in your keyring for " + in_quotes(name)};
  }
  return {Verdict::Fail, key + " is in your keyring, and not valid there for " + in_quotes(names.front()) +
                             "; if you have checked whose it is: gpg --quick-lsign-key " +
                             answer.certificate.primary().fingerprint};
}

Finding finding(Verdict verdict, std::string reason, std::chrono::sys_seconds expires) {
  return {"openpgp", verdict, std::move(reason), expires};
}

std::chrono::sys_seconds first_expiry(const KeyQuestion& question, const CheckedCertificate& certificate) {
  std::chrono::sys_seconds first = kNever;
  for (const CheckedKey& key : certificate.keys) {
    const bool counts = &key == &certificate.primary() || key.fingerprint == question.key;
    if (counts && key.expires) first = std::min(first, *key.expires);
  }
  return first;
}

}  // namespace

Finding judge_key(const KeyQuestion& question, const KeyringAnswer& answer) {
  const auto fail_until = question.now + tlscore::judge::kFailLifetime;
  if (answer.certificate.keys.empty())
    return finding(Verdict::Fail, "its certificate has no key", fail_until);
  const std::string& primary = answer.certificate.primary().fingerprint;
  if (const auto objection = state_of(question, answer))
    return finding(Verdict::Fail, *objection, fail_until);
  const auto expires = first_expiry(question, answer.certificate);
  if (!question.listed.empty()) {
    const bool is_listed = std::ranges::find(question.listed, primary) != question.listed.end();
    if (is_listed) return finding(Verdict::Pass, "the OpenPGP key " + primary + " is listed", expires);
    return finding(Verdict::Fail, "the OpenPGP key " + primary + " is not one of those that are listed",
                   fail_until);
  }
  if (is_adopted(question, answer)) {
    return finding(Verdict::Fail,
                   "several OpenPGP keys in your keyring have the subkey " + question.key +
                       ", so whose it is cannot be told; list the right one's fingerprint in `openpgp`",
                   fail_until);
  }
  auto [verdict, reason] = judge_names(question, answer);
  switch (verdict) {
    case Verdict::Pass: return finding(verdict, std::move(reason), expires);
    case Verdict::Absent: return finding(verdict, std::move(reason), question.now + kAbsentLifetime);
    case Verdict::Fail: break;
  }
  return finding(Verdict::Fail, std::move(reason), fail_until);
}

std::vector<std::string> valid_user_ids(const KeyringAnswer& answer) {
  std::vector<std::string> texts;
  for (const CheckedUserId& id : answer.certificate.user_ids) {
    const auto valid = std::ranges::find(answer.validity.user_ids, id.text, &UserIdValidity::text);
    const bool counts = valid != answer.validity.user_ids.end() && is_valid(*valid);
    if (counts && is_good(answer.certificate, id.text)) texts.push_back(id.text);
  }
  return texts;
}

Finding judge_no_key(std::span<const std::string> listed, std::chrono::sys_seconds now) {
  if (listed.empty()) return finding(Verdict::Absent, "no OpenPGP certificate was presented", kNever);
  return finding(Verdict::Fail, "OpenPGP keys are listed, and no OpenPGP certificate was presented",
                 now + tlscore::judge::kFailLifetime);
}

}  // namespace openpgp_auth
