// The user's own OpenPGP certificate for a key on the token, cut down to what a party may see.
//
// A card holds keys and no certificate: user IDs and bindings come from the user's public keyring.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "openpgp-auth/certificate.h"
#include "openpgp-auth/keyring.h"

namespace openpgp_auth {

struct OwnCertificate {
  Bytes octets;                                     ///< Minimal (minimal_certificate.h).
  Fingerprint primary;                              ///< Who the user is.
  Fingerprint key;                                  ///< The one on the token: primary key or subkey.
  std::string user_id;                              ///< The one that it shows.
  std::optional<std::chrono::sys_seconds> expires;  ///< The first of primary key and key; nothing: never.
};

/// A certificate in the user's keyring that holds a key of the token's, whatever has become of either.
struct CertificateWithKey {
  Certificate certificate;
  CheckedKey primary;
  CheckedKey used;  ///< The token's: the primary key or a subkey.

  /// Neither is revoked, expired or badly bound.
  [[nodiscard]] bool is_good() const;
  /// The first of the two to expire; nothing: never.
  [[nodiscard]] std::optional<std::chrono::sys_seconds> expires() const;
};

/// Those in which `key` may authenticate or sign. An expired Ed25519 subkey is not found. Blocks, and fails
/// as Keyring's functions do.
Result<std::vector<CertificateWithKey>> certificates_with_key(const Keyring& keyring,
                                                              const tlscore::x509::PublicKey& key);

/// Looks for `key` among the keys of the user's keyring that may authenticate or sign and that GnuPG finds
/// good. Blocks, as Keyring does. `user_id` is the one to show, exactly; empty: the primary one.
///
/// Fails with NotFound where no good key is this one, saying what to do, and where the certificate has no
/// such user ID; with Refused where several certificates have the key; and as Keyring's functions do.
Result<OwnCertificate> find_own_openpgp(const Keyring& keyring, const tlscore::x509::PublicKey& key,
                                        const std::string& user_id);

}  // namespace openpgp_auth
