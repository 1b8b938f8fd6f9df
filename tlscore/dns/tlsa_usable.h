// Which TLSA records can be used at all, and which of those count (RFC 7671, sections 4 and 9).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tlscore/dns/tlsa_record.h"

namespace tlscore::dns {

// RFC 7218, sections 2.1 to 2.3.
enum TlsaUsage : std::uint8_t { kPkixTa = 0, kPkixEe = 1, kDaneTa = 2, kDaneEe = 3 };
enum TlsaSelector : std::uint8_t { kCert = 0, kSpki = 1 };
enum TlsaMatchingType : std::uint8_t { kFull = 0, kSha2_256 = 1, kSha2_512 = 2 };

/// Why nothing can be compared with it, as a clause ("its matching type is 3"): a number that is not known, a
/// digest of another length than its hash's, or data that should be a whole certificate or key and is not
/// well-formed. Nothing where it can be used.
[[nodiscard]] std::optional<std::string> why_unusable(const TlsaRecord& record);

/// Those that can be used and count, in their order. Digest agility: of the digests that have one usage and
/// selector only the strongest matching type counts, SHA-512 before SHA-256; whole data always counts.
/// Borrows from `records`.
[[nodiscard]] std::vector<const TlsaRecord*> records_that_count(std::span<const TlsaRecord> records);

}  // namespace tlscore::dns
