// The CAs that are believed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tlscore/x509/certificate.h"

namespace tlscore::x509 {

/// Where Debian and its relatives keep the system's CAs, in one PEM file.
inline constexpr const char* kSystemStore = "/etc/ssl/certs/ca-certificates.crt";

/// Immutable; copies share the roots, and any thread may use them. Whoever wants a changed file reads it
/// again.
class TrustStore {
 public:
  /// The system's: kSystemStore. Local CAs (local_ca.h) in it are left out, and so are those that we
  /// cannot read.
  /// Fails with NotFound when it is not there or nothing in it can be read.
  static Result<TrustStore> system();

  /// The CERTIFICATE blocks of a PEM file, every one of which must be readable. Fails with NotFound when it
  /// is not there or has none, with Refused for a local CA, and as Certificate::parse_der does.
  static Result<TrustStore> from_file(const std::string& path);

  /// Exactly these; none is allowed, and then nothing is trusted. Fails with TooLarge over 4096.
  static Result<TrustStore> from_certificates(std::vector<Certificate> roots);

  [[nodiscard]] const std::vector<Certificate>& roots() const;

  /// SHA-256 over the sorted DERs, duplicates counted once: the same for the same set of roots.
  [[nodiscard]] const Bytes& digest() const;

  /// Those with this subject (Certificate::subject_key), in the order of roots().
  [[nodiscard]] std::vector<Certificate> with_subject(const std::string& subject_key) const;

 private:
  struct Data;
  explicit TrustStore(std::shared_ptr<const Data> data);

  std::shared_ptr<const Data> m_data;
};

}  // namespace tlscore::x509
