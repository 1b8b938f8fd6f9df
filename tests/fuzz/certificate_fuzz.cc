// A certificate from the network: what is read keeps its octets, and every question about it has an answer.
#include "tests/fuzz/require.h"
#include "tlscore/x509/certificate.h"
#include "tlscore/x509/directory_string.h"
#include "tlscore/x509/path.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tlscore::x509::Certificate;
  using tlscore::x509::TrustStore;
  const auto certificate = Certificate::parse_der({data, size});
  if (!certificate) return 0;
  fuzz::require(Certificate::parse_der(certificate->der()).value() == *certificate);
  fuzz::require(tlscore::x509::escape_controls(certificate->subject()) == certificate->subject());
  fuzz::require(tlscore::x509::escape_controls(certificate->issuer()) == certificate->issuer());
  static_cast<void>(certificate->check_self_signed());
  // As its own root, so that the checks on the path are reached.
  const auto roots = TrustStore::from_certificates({*certificate});
  fuzz::require(roots.has_value());
  const auto path = tlscore::x509::verify_server_path(
      {std::span(&*certificate, 1), "party.example", certificate->not_before(), *roots});
  fuzz::require(path || tlscore::x509::escape_controls(path.error().message) == path.error().message);
  if (certificate->name_constraints()) {
    static_cast<void>(check_name_constraints(*certificate->name_constraints(), certificate->subject_der(),
                                             certificate->alternative_names()));
  }
  return 0;
}
