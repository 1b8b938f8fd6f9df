// Certificate revocation lists (RFC 5280, section 5): which certificates a CA has taken back.
//
// Read here, because mbedTLS refuses every list with a critical extension, and those of public CAs have one.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "tlscore/x509/certificate.h"

namespace tlscore::x509 {

/// Immutable; copies share one list. Reading proves nothing: see check_signature.
class Crl {
 public:
  /// All of `der` is one list. Fails with Malformed; TooLarge over 16 MiB; Unsupported for what would change
  /// the meaning of its entries: delta CRLs, indirect ones, a critical extension that is not known, no
  /// nextUpdate, signatures other than RSA (PKCS#1 v1.5) or ECDSA with SHA-2.
  ///
  /// A list that covers only some of its CA's certificates (issuingDistributionPoint) is read as any other:
  /// what it lists is revoked.
  static Result<Crl> parse_der(ByteView der);

  /// As Certificate's subject_key and subject are, of the CA that issued it.
  [[nodiscard]] const std::string& issuer_key() const;
  [[nodiscard]] const std::string& issuer() const;
  /// Which of the CA's keys signed it; empty where it does not say so.
  [[nodiscard]] ByteView authority_key_identifier() const;
  [[nodiscard]] std::chrono::sys_seconds this_update() const;
  [[nodiscard]] std::chrono::sys_seconds next_update() const;
  /// The issuingDistributionPoint, as written: a list takes the place of an older one with the same. Empty
  /// for a list of everything.
  [[nodiscard]] ByteView scope() const;

  /// `serial` is the contents of the certificate's INTEGER.
  [[nodiscard]] bool revokes(ByteView serial) const;

  /// The issuer's key signed it. Fails with Untrusted.
  [[nodiscard]] Result<void> check_signature(const Certificate& issuer) const;

 private:
  struct Data;
  explicit Crl(std::shared_ptr<const Data> data);

  std::shared_ptr<const Data> m_data;
};

/// What a file holds: its X509 CRL blocks in PEM form, or one list in DER. Fails as parse_pem and parse_der
/// do, and with NotFound when there is none.
Result<std::vector<Crl>> parse_crls(std::string_view octets);

}  // namespace tlscore::x509
