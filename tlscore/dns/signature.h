// Is a set of records signed by its zone, now? And is a key the one that the zone above vouches for?
//
// ldns does the arithmetic, one signature and one key at a time, so that the work is counted here and the
// time is ours (its other functions try every key, and ask the system's clock).
#pragma once

#include <chrono>

#include "tlscore/dns/record.h"

namespace tlscore::dns {

/// What a lookup may still cost. A hostile zone can make every signature fit every key by its tag, and so
/// turn one question into millions of checks (CVE-2023-50387, "KeyTrap").
struct Effort {
  static constexpr std::size_t kSignatures = 128;
  static constexpr std::size_t kSignaturesOfSet = 16;
  static constexpr std::size_t kQuestions = 80;
  static constexpr std::chrono::seconds kTime{10};

  std::size_t signatures = kSignatures;
  std::size_t questions = kQuestions;
  std::chrono::steady_clock::time_point end = std::chrono::steady_clock::now() + kTime;
};

/// A zone whose keys are known to be its own.
struct SignedZone {
  Name apex{};
  std::vector<Record> keys{};  ///< Its DNSKEY set, verified.
};

/// Algorithms that we check: 8, 10, 13, 14, 15 and 16 (RFC 8624). Those with SHA-1 (5, 7) are left out, as
/// are unknown ones; a zone that has no other counts as unsigned (RFC 4035, section 5.2).
[[nodiscard]] bool is_supported_algorithm(std::uint8_t algorithm);

/// Digests of keys that we check: SHA-256 and SHA-384.
[[nodiscard]] bool is_supported_digest(std::uint8_t digest_type);

/// May this key sign records (RFC 4034, section 2.1)? No, if it lacks the zone flag, was revoked (RFC 5011,
/// section 2.1), is for another protocol, or of an algorithm that we do not check.
[[nodiscard]] bool can_sign(const Dnskey& key);

/// What a good signature says.
struct SignedSet {
  std::uint8_t labels = 0;  ///< Of the name that was signed: fewer than the owner's for a wildcard's.
  std::chrono::sys_seconds expires{};  ///< The end of the TTL or of the signature, whichever is sooner.
};

/// Verifies that one of the set's signatures is the zone's and good at `now` (RFC 4035, section 5.3).
/// Fails with Untrusted, and a clause for people about the last signature that was tried: none, expired, not
/// yet valid, by nobody's key, wrong; and with TooLarge where `effort` is used up.
[[nodiscard]] Result<SignedSet> verify_set(const RecordSet& set, const SignedZone& zone,
                                           std::chrono::sys_seconds now, Effort& effort);

/// Is `key` (a DNSKEY record) the one that `ds` (a DS record) names? The owners have to be the same.
[[nodiscard]] bool names_key(const Record& ds, const Record& key);

/// Verifies a zone's DNSKEY set: one of its keys is named by one of `ds`, and has signed the whole set
/// (RFC 4035, section 5.2). At least one of `ds` is supported. Fails as verify_set does.
[[nodiscard]] Result<SignedSet> verify_keys(const RecordSet& keys, std::span<const Record> ds,
                                            std::chrono::sys_seconds now, Effort& effort);

}  // namespace tlscore::dns
