// A response of the DNS: whatever is read can be read again from its own parts, and all its records can be
// asked.
#include "tests/fuzz/require.h"
#include "tlscore/dns/ldns_handles.h"
#include "tlscore/dns/message.h"

namespace {

namespace dns = tlscore::dns;

void use(const dns::Record& record) {
  fuzz::require(dns::Name::from_wire(record.owner.wire()) == record.owner);
  fuzz::require(record.ttl <= 0x7fffffffU);
  if (const auto signature = dns::read_rrsig(record))
    fuzz::require(signature->signer.wire().size() <= dns::Name::kMaxWire);
  if (const auto nsec3 = dns::read_nsec3(record)) fuzz::require(nsec3->hash.size() == nsec3->next.size());
  if (const auto nsec = dns::read_nsec(record))
    static_cast<void>(nsec->types.contains(dns::RecordType::Tlsa));
  static_cast<void>(dns::read_dnskey(record));
  static_cast<void>(dns::read_ds(record));
  static_cast<void>(dns::read_target(record));
  static_cast<void>(dns::read_negative_ttl(record));
  // ldns takes what it has given.
  const dns::LdnsRecord again = dns::to_ldns(record);
  if (again) fuzz::require(dns::from_ldns(*again) == record);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = dns::parse_response({data, size});
  if (!message) return 0;
  fuzz::require(message->answer.size() + message->authority.size() <= dns::kMaxRecords);
  for (const auto* section : {&message->answer, &message->authority}) {
    for (const dns::Record& record : *section) use(record);
  }
  const auto query = dns::make_query(message->question, dns::Ask::ForProofs, 0, {});
  fuzz::require(dns::match_response(query, query) == dns::Match::Exact);
  return 0;
}
