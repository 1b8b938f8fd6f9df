// A server's credential in the form in which the library looks for one, for one connection.
#pragma once

#include <mbedtls/ssl.h>

#include <memory>
#include <vector>

#include "tlscore/tls/engine.h"

namespace tlscore::tls {

/// Lives as long as the handshake that shows it. Neither copied nor moved: the library points to it.
class ShownCredential {
 public:
  /// Fails with Unsupported for a key that the library cannot use.
  static Result<std::unique_ptr<ShownCredential>> create(std::shared_ptr<const ServerCredential> credential);
  ~ShownCredential();
  ShownCredential(const ShownCredential&) = delete;
  ShownCredential& operator=(const ShownCredential&) = delete;

  [[nodiscard]] const ServerCredential& credential() const { return *m_credential; }
  /// The chain, of which only the octets and the first one's key are there.
  [[nodiscard]] mbedtls_x509_crt* chain() { return m_chain.data(); }

 private:
  explicit ShownCredential(std::shared_ptr<const ServerCredential> credential);

  std::shared_ptr<const ServerCredential> m_credential;
  std::vector<mbedtls_x509_crt> m_chain;
};

/// Certificates as the library sends them: octets, and a next one. They need not be parsed for that. Always
/// one at least, if without octets. Borrows from `chain`.
[[nodiscard]] std::vector<mbedtls_x509_crt> sent_chain(const std::vector<Bytes>& chain);

}  // namespace tlscore::tls
