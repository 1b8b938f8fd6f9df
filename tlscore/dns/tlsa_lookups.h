// Who answers which TLSA records a server has, and how far that answer can be believed.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tlscore/base/cancel.h"
#include "tlscore/base/task.h"
#include "tlscore/dns/security.h"
#include "tlscore/dns/tlsa_record.h"

namespace tlscore::dns {

struct TlsaQuestion {
  std::string host;  ///< A DNS name, folded, no trailing dot; never an address.
  std::uint16_t port = 443;
  std::string transport = "tcp";  ///< "tcp", "udp" or "sctp" (RFC 6698, section 3).
};

/// Secure without records is a proven absence.
struct TlsaAnswer {
  Security security = Security::Unreachable;
  std::vector<TlsaRecord> records{};  ///< Only where it is secure; usable or not.
  /// The name under which the records were found: the question's, or where secure CNAMEs lead it to
  /// (RFC 7671, section 7). A certificate may be for either.
  std::string base_domain{};
  std::string reason{};  ///< A clause for people: what is broken, who did not answer, what is proven.
  std::chrono::sys_seconds expires{};  ///< The end of the shortest TTL or signature that it rests on.
};

/// Loop's thread only; several lookups may be under way at once.
class TlsaLookups {
 public:
  TlsaLookups() = default;
  virtual ~TlsaLookups() = default;
  TlsaLookups(const TlsaLookups&) = delete;
  TlsaLookups& operator=(const TlsaLookups&) = delete;

  /// Never fails: what goes wrong is Bogus or Unreachable. `cancel` outlives the task, which ends soon when
  /// it is requested.
  [[nodiscard]] virtual Task<TlsaAnswer> find(TlsaQuestion question, Cancel& cancel) = 0;
};

}  // namespace tlscore::dns
