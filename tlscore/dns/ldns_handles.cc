// Over the wire form, which both sides read and write.
#include "tlscore/dns/ldns_handles.h"

#include <utility>

#include "tlscore/base/byte_reader.h"

namespace tlscore::dns {

LdnsRecord to_ldns(const Record& record) {
  if (record.rdata.size() > 0xffff) return nullptr;
  ByteWriter wire;
  wire.bytes(record.owner.wire());
  wire.u16(std::to_underlying(record.type));
  wire.u16(LDNS_RR_CLASS_IN);
  wire.u32(record.ttl);
  wire.u16(static_cast<std::uint16_t>(record.rdata.size()));
  wire.bytes(record.rdata);
  const ByteView octets = wire.view();
  ldns_rr* made = nullptr;
  std::size_t at = 0;
  const ldns_status status = ldns_wire2rr(&made, octets.data(), octets.size(), &at, LDNS_SECTION_ANSWER);
  LdnsRecord owned(status == LDNS_STATUS_OK ? made : nullptr);
  return at == octets.size() ? std::move(owned) : nullptr;
}

LdnsRecords to_ldns(std::span<const Record> records) {
  LdnsRecords list(ldns_rr_list_new());
  for (const Record& record : records) {
    LdnsRecord each = to_ldns(record);
    if (!list || !each || !ldns_rr_list_push_rr(list.get(), each.get())) return nullptr;
    [[maybe_unused]] const ldns_rr* const of_the_list = each.release();
  }
  return list;
}

std::optional<Record> from_ldns(const ldns_rr& record) {
  const ldns_rdf* const owner_field = ldns_rr_owner(&record);
  if (owner_field == nullptr) return std::nullopt;
  auto owner = Name::from_wire({ldns_rdf_data(owner_field), ldns_rdf_size(owner_field)});
  const LdnsBuffer buffer(ldns_buffer_new(LDNS_MIN_BUFLEN));
  if (!owner || !buffer || ldns_rr_rdata2buffer_wire(buffer.get(), &record) != LDNS_STATUS_OK) {
    return std::nullopt;
  }
  const std::uint8_t* const begin = ldns_buffer_begin(buffer.get());
  return Record{.owner = *std::move(owner),
                .type = static_cast<RecordType>(ldns_rr_get_type(&record)),
                .ttl = ldns_rr_ttl(&record),
                .rdata = Bytes(begin, begin + ldns_buffer_position(buffer.get()))};
}

}  // namespace tlscore::dns
