// Our records as ldns has them, and ldns's as ours.
#pragma once

// clang-format off
#include <stdbool.h>  // first: without it ldns makes macros of bool, true and false
#include <ldns/ldns.h>
// clang-format on

#include "tlscore/base/c_handle.h"
#include "tlscore/dns/record.h"

namespace tlscore::dns {

using LdnsPacket = CHandle<ldns_pkt, ldns_pkt_free>;
using LdnsRecord = CHandle<ldns_rr, ldns_rr_free>;
using LdnsBuffer = CHandle<ldns_buffer, ldns_buffer_free>;
/// Owns its records too.
using LdnsRecords = CHandle<ldns_rr_list, ldns_rr_list_deep_free>;

/// Null where ldns finds that the record breaks the form of its type.
[[nodiscard]] LdnsRecord to_ldns(const Record& record);
/// Null where it does so for one of them.
[[nodiscard]] LdnsRecords to_ldns(std::span<const Record> records);

/// Nothing without memory, or for what ldns holds but cannot write.
[[nodiscard]] std::optional<Record> from_ldns(const ldns_rr& record);

}  // namespace tlscore::dns
