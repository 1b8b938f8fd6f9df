// The root key, as the system or the user gives it: what all other trust in the DNS comes from.
#pragma once

#include <string>
#include <string_view>

#include "tlscore/dns/record.h"

namespace tlscore::dns {

/// What the root's DNSKEY set is checked against. A DS names one of its keys.
struct TrustAnchor {
  std::vector<Record> ds{};
};

/// Reads DS and DNSKEY records of the root in the form of zone files, as /usr/share/dns/root.key and
/// root.ds have them. The records are the file's to keep current (RFC 5011 is not followed).
///
/// Fails with Malformed on any other record or name and where there is none, and with Unsupported where there
/// is none of an algorithm that we check.
[[nodiscard]] Result<TrustAnchor> parse_trust_anchor(std::string_view text);

/// Reads it from a file of at most 64 KiB. Fails as parse_trust_anchor does, and with NotFound.
[[nodiscard]] Result<TrustAnchor> load_trust_anchor(const std::string& path);

}  // namespace tlscore::dns
