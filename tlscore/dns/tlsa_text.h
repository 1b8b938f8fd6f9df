// TLSA records as people write them and as they stand in DNS messages (RFC 6698, sections 2.1 and 2.2).
#pragma once

#include <string>
#include <string_view>

#include "tlscore/base/result.h"
#include "tlscore/dns/tlsa_record.h"

namespace tlscore::dns {

/// Reads "3 1 1 HEX": three numbers from 0 to 255 and at least one octet; white space may stand within the
/// digits. Values that mean nothing to us are well-formed. Fails with Malformed, or TooLarge over kMaxData.
[[nodiscard]] Result<TlsaRecord> parse_tlsa_text(std::string_view text);

/// Reads all of an RDATA. Fails with Malformed when the three numbers are not there, and TooLarge over
/// kMaxData.
[[nodiscard]] Result<TlsaRecord> parse_tlsa_rdata(ByteView rdata);

/// As parse_tlsa_text reads it.
[[nodiscard]] std::string to_text(const TlsaRecord& record);

/// "3 1 1": what kind of record it is, for sentences.
[[nodiscard]] std::string kind_text(const TlsaRecord& record);

}  // namespace tlscore::dns
