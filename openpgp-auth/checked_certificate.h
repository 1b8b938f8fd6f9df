// What GnuPG found when it checked an OpenPGP certificate, and what the user's own keyring says of it.
//
// Plain values. Fingerprints are 40 lower-case hexadecimal digits, key IDs 16 of them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace openpgp_auth {

/// A primary key or subkey, as its binding signatures have it.
struct CheckedKey {
  std::string fingerprint;
  std::string key_id;
  bool can_authenticate = false;
  bool can_sign = false;
  bool can_certify = false;
  bool can_encrypt = false;
  std::chrono::sys_seconds created{};
  std::optional<std::chrono::sys_seconds> expires{};  ///< From then on it counts no more; nothing: never.
  bool revoked = false;
  bool expired = false;  ///< At the time of the check, by the system's clock.
  bool invalid = false;  ///< Its self-signature or binding did not hold.
};

struct CheckedUserId {
  std::string text;  ///< UTF-8 as far as GnuPG could tell; from the network, so escape it before showing.
  bool revoked = false;
  bool invalid = false;  ///< Not bound by a good self-signature.
};

/// Keys and user IDs whose bindings GnuPG has checked: it drops subkeys and user IDs without a good binding
/// when it reads a certificate, so that they do not appear at all. It does *not* ask for the back-signature
/// of a subkey that signs (RFC 4880, section 5.2.1, type 0x19): certificate.h does.
struct CheckedCertificate {
  std::vector<CheckedKey> keys;  ///< The primary key first.
  std::vector<CheckedUserId> user_ids;

  [[nodiscard]] const CheckedKey& primary() const { return keys.front(); }
};

/// How sure the user's GnuPG is that a key belongs to a user ID, or how far its owner is trusted.
enum class Validity : std::uint8_t { Unknown, Never, Marginal, Full, Ultimate };

/// What trust on first use says of a user ID, where the user's trust-model is tofu or tofu+pgp.
enum class TofuPolicy : std::uint8_t { None, Auto, Good, Unknown, Bad, Ask };

struct UserIdValidity {
  std::string text;
  Validity validity = Validity::Unknown;
  TofuPolicy tofu = TofuPolicy::None;
};

/// What the user's own keyring says of a primary key, there and nowhere else.
struct KeyValidity {
  bool in_keyring = false;  ///< Otherwise nothing below says anything.
  bool disabled = false;
  Validity owner_trust = Validity::Unknown;
  std::vector<UserIdValidity> user_ids{};
};

/// A key in the user's keyring, and the certificate that it stands in.
struct KeyHolder {
  std::string key;      ///< Fingerprint of a primary key or subkey.
  std::string primary;  ///< Of the certificate's primary key; the same for a primary key.

  friend bool operator==(const KeyHolder&, const KeyHolder&) = default;
};

/// All that the keyring says of a certificate and of the key in it that authenticates.
struct KeyringAnswer {
  CheckedCertificate certificate;
  KeyValidity validity{};            ///< Of the certificate's primary key.
  std::vector<KeyHolder> holders{};  ///< Those in the user's keyring who have the key ID that authenticates.
};

}  // namespace openpgp_auth
