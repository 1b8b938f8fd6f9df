// TLSA records from the network and from the command line, and their matching: whatever data they have.
#include "tests/fuzz/require.h"
#include "tlscore/dns/tlsa_match.h"
#include "tlscore/dns/tlsa_text.h"
#include "tlscore/x509/private_key.h"
#include "tlscore/x509/self_signed.h"

namespace {

using namespace tlscore;

/// A server's own certificate: the fuzzer has to guess the rest.
x509::Certificate make_leaf() {
  auto key = x509::PrivateKey::generate_p256();
  const auto year = std::chrono::days(365);
  const std::chrono::sys_seconds begin{std::chrono::sys_days(std::chrono::year(2025) / 1 / 1)};
  return *x509::self_sign(*key, {.common_name = "party.example",
                                 .key = key->public_key(),
                                 .not_before = begin,
                                 .not_after = begin + 10 * year,
                                 .server_auth = true,
                                 .dns_names = {"party.example"}});
}

void require_same_as_text(const dns::TlsaRecord& record) {
  const auto again = dns::parse_tlsa_text(dns::to_text(record));
  fuzz::require(again && *again == record);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const x509::Certificate leaf = make_leaf();
  static const auto no_roots = *x509::TrustStore::from_certificates({});
  const ByteView input(data, size);
  if (const auto text = dns::parse_tlsa_text(as_text(input))) require_same_as_text(*text);
  const auto record = dns::parse_tlsa_rdata(input);
  if (!record) return 0;
  if (!record->data.empty()) require_same_as_text(*record);
  const std::vector<x509::Certificate> chain = {leaf};
  const std::optional<x509::PublicKey> key = leaf.public_key();
  const auto outcome = dns::match_tlsa({&*record, 1}, {.chain = chain,
                                                       .key = key,
                                                       .host = "party.example",
                                                       .base_domain = "",
                                                       .now = leaf.not_before(),
                                                       .roots = no_roots});
  // Only the certificate or its key match, and those nobody finds by chance.
  const bool is_own =
      std::ranges::equal(record->data, leaf.der()) || std::ranges::equal(record->data, key->spki());
  fuzz::require(outcome.verdict != dns::TlsaVerdict::Match || is_own);
  fuzz::require(!outcome.reason.empty());
  return 0;
}
