// A response before a validator that takes every signature for good: what a hostile zone can sign. It ends
// soon, within its bounds, and gives records or an alias, never both.
#include "tests/fuzz/require.h"
#include "tlscore/dns/denial.h"
#include "tlscore/dns/validator.h"

namespace {

namespace dns = tlscore::dns;

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'800'000'000)};

/// The proofs, from records that nobody has signed: so that the fuzzer need not forge signatures.
void deny(const dns::Message& message, const dns::Name& apex) {
  std::vector<dns::Nsec> nsec;
  std::vector<dns::Nsec3> nsec3;
  for (const dns::Record& record : message.authority) {
    if (nsec.size() + nsec3.size() == 12) break;
    if (auto read = dns::read_nsec(record)) nsec.push_back(*std::move(read));
    if (auto read = dns::read_nsec3(record)) nsec3.push_back(*std::move(read));
  }
  const dns::Name& name = message.question.name;
  if (!name.is_under(apex)) return;
  const dns::Proof first = dns::deny(nsec, message.question, apex);
  const dns::Proof second = dns::deny(nsec3, message.question, apex);
  for (const dns::Proof& proof : {first, second}) {
    if (proof.is_delegation) fuzz::require(proof.denial == dns::Denial::NoSuchType);
  }
  if (name == apex) return;
  static_cast<void>(dns::deny_closer(nsec, name, apex));
  static_cast<void>(dns::deny_closer(nsec3, name, apex, apex));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = dns::parse_response({data, size});
  if (!message || message->truncated) return 0;
  const dns::Finding plain = dns::read_unsigned(*message, kNow, "unsigned");
  fuzz::require(plain.security != dns::Security::Secure);
  fuzz::require(plain.records.empty() || !plain.alias);

  const auto signer = dns::signer_of(*message);
  if (signer) fuzz::require(message->question.name.is_under(*signer));
  dns::SignedZone zone{.apex = signer.value_or(dns::Name())};
  for (const dns::Record& record : message->answer) {
    if (record.type == dns::RecordType::Dnskey) zone.keys.push_back(record);
  }
  dns::Effort effort{.signatures = 4};
  const dns::Finding judged = dns::judge(*message, zone, kNow, effort);
  fuzz::require(judged.security != dns::Security::Unreachable);
  fuzz::require(judged.records.empty() || !judged.alias);
  if (judged.security == dns::Security::Bogus)
    fuzz::require(judged.records.empty() && !judged.reason.empty());
  deny(*message, zone.apex);
  return 0;
}
