// Finds the TLSA records of a server (RFC 7671, section 7).
#pragma once

#include <memory>

#include "tlscore/dns/lookups.h"
#include "tlscore/dns/tlsa_lookups.h"

namespace tlscore::dns {

/// First the host's address is looked up, for two things. Where it leads: along aliases that are secure to
/// their end, the records are those of the name at the end, or else those of the first. And whether its zone
/// is signed at all: below one that is not there can be no secure TLSA record, so none is asked for.
class TlsaSearch final : public TlsaLookups {
 public:
  static constexpr std::size_t kMaxRecords = 64;

  explicit TlsaSearch(std::unique_ptr<Lookups> lookups) : m_lookups(std::move(lookups)) {}

  Task<TlsaAnswer> find(TlsaQuestion question, Cancel& cancel) override;

  /// The host's addresses, with the same care.
  Task<HostAddresses> find_addresses(std::string host, Cancel& cancel);

 private:
  Task<TlsaAnswer> find_at(Name host, TlsaQuestion question, Cancel& cancel);

  std::unique_ptr<Lookups> m_lookups;
};

}  // namespace tlscore::dns
