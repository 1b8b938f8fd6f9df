// The doctor's check of OpenPGP: GnuPG, and the user's certificates for the keys on the token.
#pragma once

#include <chrono>

#include "proxy/doctor.h"

namespace proxy {

/// Certificates that expire within this time are told of.
inline constexpr std::chrono::days kExpiresSoon{30};

/// GnuPG is there and new enough, and the certificates for keys that parties are bound to are good and last.
/// Skipped where a key has none: who uses X.509 alone lacks nothing.
[[nodiscard]] Diagnosis check_openpgp(const DoctorFacts& facts);

/// The good certificate for this key, by its fingerprint; null: there is none, or it is not known.
[[nodiscard]] const OpenPgpState* good_openpgp(const DoctorFacts& facts, const std::string& key);

/// The armed tokens' keys that a party is bound to; of each its report.
[[nodiscard]] nlohmann::json keys_in_use(const nlohmann::json& status);

}  // namespace proxy
