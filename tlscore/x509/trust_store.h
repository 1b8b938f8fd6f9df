// The CAs that are believed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tlscore/x509/certificate.h"

namespace tlscore::x509 {

/// Immutable; copies share the roots, and any thread may use them. Whoever wants a changed file reads it
/// again.
class TrustStore {
 public:
  /// The system's: /etc/ssl/certs/ca-certificates.crt. Certificates in it that we cannot read are left out.
  /// Fails with NotFound when it is not there or nothing in it can be read.
  static Result<TrustStore> system();

  /// The CERTIFICATE blocks of a PEM file, every one of which must be readable. Fails with NotFound when it
  /// is not there or has none, and as Certificate::parse_der does.
  static Result<TrustStore> from_file(const std::string& path);

  /// Exactly these; none is allowed, and then nothing is trusted. Fails with Internal when memory runs out.
  static Result<TrustStore> from_certificates(std::vector<Certificate> roots);

  [[nodiscard]] const std::vector<Certificate>& roots() const;

  /// SHA-256 over the sorted DERs, duplicates counted once: the same for the same set of roots.
  [[nodiscard]] const Bytes& digest() const;

  /// The roots as mbedTLS's list; null when there are none. Lives as long as any copy. The library takes it
  /// without const but changes nothing in it but caches that it locks.
  [[nodiscard]] mbedtls_x509_crt* handle() const;

 private:
  struct Data;
  explicit TrustStore(std::shared_ptr<Data> data);

  std::shared_ptr<Data> m_data;
};

}  // namespace tlscore::x509
