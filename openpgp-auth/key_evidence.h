// What an OpenPGP key is evidence of: the rules of the assessor `openpgp`, without gpg, files or clocks.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "openpgp-auth/checked_certificate.h"
#include "tlscore/judge/assessor.h"

namespace openpgp_auth {

/// One peer, who has proved that it holds `key`.
struct KeyQuestion {
  std::string host;  ///< Who it should be. Not looked at for a client: who that is, is what is asked.
  tlscore::judge::Role role = tlscore::judge::Role::Server;
  std::string key;                        ///< Fingerprint of the key that authenticates.
  bool has_back_signature = false;        ///< `key` is a subkey that says itself whose it is (type 0x19).
  std::span<const std::string> listed{};  ///< Fingerprints of primary keys that are this party.
  std::chrono::sys_seconds now;
};

/// How long it counts that a key is not in the keyring.
inline constexpr std::chrono::hours kAbsentLifetime{1};

/// A finding of the assessor "openpgp". In this order:
///   - Fail where the key is not in the checked certificate; where two keys have its key ID; where it or the
///     primary key is not bound, revoked, expired, or disabled by the user; where it may neither authenticate
///     nor sign; where it is a subkey that may sign and has no back-signature.
///   - Where fingerprints are listed: Pass if the primary key's is among them, whatever its names and their
///     validity; else Fail.
///   - Fail where another primary key in the keyring has the same subkey: whose it is cannot be told.
///   - Absent where the primary key is not in the user's keyring.
///   - Fail where no good user ID is the host's name, and where that user ID is not valid in the keyring:
///     fully or ultimately, or on first use where the user's trust-model is TOFU. A client needs one user ID
///     that is valid so.
///   - Pass, until the first of primary key and key expires.
[[nodiscard]] tlscore::judge::Finding judge_key(const KeyQuestion& question, const KeyringAnswer& answer);

/// The user IDs that are good in the checked certificate, and valid in the user's keyring as judge_key wants
/// it; in the certificate's order.
[[nodiscard]] std::vector<std::string> valid_user_ids(const KeyringAnswer& answer);

/// The finding where no OpenPGP certificate was presented: Fail if fingerprints are listed, else Absent.
[[nodiscard]] tlscore::judge::Finding judge_no_key(std::span<const std::string> listed,
                                                   std::chrono::sys_seconds now);

}  // namespace openpgp_auth
