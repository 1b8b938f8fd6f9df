// A record that nobody can use is as if it were not there: it neither matches nor hides a weaker one.
#include "tlscore/dns/tlsa_usable.h"

#include <algorithm>

#include "tlscore/x509/certificate.h"

namespace tlscore::dns {
namespace {

/// Well-formed is enough: a key that we cannot verify with is still a key that can be compared.
bool is_well_formed(const TlsaRecord& record) {
  const auto is_good = [](const auto& parsed) {
    return parsed.has_value() || parsed.error().kind != ErrorKind::Malformed;
  };
  return record.selector == kCert ? is_good(x509::Certificate::parse_der(record.data))
                                  : is_good(x509::PublicKey::parse_spki(record.data));
}

bool is_hidden_by(const TlsaRecord& record, const TlsaRecord& other) {
  return record.matching_type != kFull && other.matching_type > record.matching_type &&
         other.usage == record.usage && other.selector == record.selector;
}

}  // namespace

std::optional<std::string> why_unusable(const TlsaRecord& record) {
  if (record.usage > kDaneEe) return "its certificate usage is " + std::to_string(record.usage);
  if (record.selector > kSpki) return "its selector is " + std::to_string(record.selector);
  switch (record.matching_type) {
    case kFull:
      if (is_well_formed(record)) return std::nullopt;
      return record.selector == kCert ? "its data is no certificate" : "its data is no public key";
    case kSha2_256:
    case kSha2_512: {
      const x509::Hash hash = record.matching_type == kSha2_256 ? x509::Hash::Sha256 : x509::Hash::Sha512;
      if (record.data.size() == x509::hash_bytes(hash)) return std::nullopt;
      return "its digest has " + std::to_string(record.data.size()) + " octets";
    }
    default: return "its matching type is " + std::to_string(record.matching_type);
  }
}

std::vector<const TlsaRecord*> records_that_count(std::span<const TlsaRecord> records) {
  std::vector<const TlsaRecord*> usable;
  for (const TlsaRecord& record : records) {
    if (!why_unusable(record)) usable.push_back(&record);
  }
  std::vector<const TlsaRecord*> counting;
  for (const TlsaRecord* const record : usable) {
    const auto hides = [record](const TlsaRecord* other) { return is_hidden_by(*record, *other); };
    if (std::ranges::none_of(usable, hides)) counting.push_back(record);
  }
  return counting;
}

}  // namespace tlscore::dns
