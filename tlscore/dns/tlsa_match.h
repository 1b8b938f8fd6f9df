// Whether what a server presented is what the TLSA records of its zone say (RFC 6698, section 2.1; RFC 7671).
//
//   PKIX-TA(0)  a path to a trusted CA, for this name, that leads over the CA of the record
//   PKIX-EE(1)  such a path from the certificate of the record
//   DANE-TA(2)  a path to the CA or key of the record, for this name; the record may hold it, in place of
//               the chain; what else is trusted does not count
//   DANE-EE(3)  the certificate or key itself: neither names nor dates nor extensions are looked at
//
// One record that matches is enough. Paths are those of x509/path.h, with all that it demands.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tlscore/dns/tlsa_record.h"
#include "tlscore/x509/crl_folder.h"
#include "tlscore/x509/trust_store.h"

namespace tlscore::dns {

/// What was presented, and for whom. Borrows all of it.
struct TlsaQuery {
  /// As presented, the server's own first; empty for who presents a key without X.509 (RFC 6091): that can
  /// only be matched by DANE-EE records for keys.
  std::span<const x509::Certificate> chain;
  const std::optional<x509::PublicKey>& key;  ///< The key that it has proved to hold.
  std::string_view host;                      ///< The name that was asked for.
  /// The name that the records were found under (TlsaAnswer::base_domain). A certificate may be for either of
  /// the two (RFC 7671, section 7). Empty: the same.
  std::string_view base_domain;
  std::chrono::sys_seconds now;
  const x509::TrustStore& roots;  ///< For PKIX-TA and PKIX-EE.
  /// What is said of revocation on the way to a CA, be it trusted or a record's; null: nothing is asked.
  x509::CrlFolder* crls = nullptr;
};

enum class TlsaVerdict : std::uint8_t {
  Match,
  Mismatch,
  NoneUsable,  ///< There is no record, or none that can be used (tlsa_usable.h): as if there were no DANE.
};

struct TlsaOutcome {
  TlsaVerdict verdict;
  std::string reason;                ///< A clause for people, without control characters.
  std::chrono::sys_seconds expires;  ///< Of a match: the end of the first certificate that it rests on.
};

/// Records of securely signed zones only: whether they are is for the caller to know.
[[nodiscard]] TlsaOutcome match_tlsa(std::span<const TlsaRecord> records, const TlsaQuery& query);

}  // namespace tlscore::dns
