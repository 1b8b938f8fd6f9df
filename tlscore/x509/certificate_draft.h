// A certificate that lacks only its signature, which may be a token's to make.
//
// Writes what it is given: which names, purposes and constraints belong together is for self_signed.h and
// local_ca.h to say.
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "tlscore/x509/certificate.h"
#include "tlscore/x509/to_be_signed.h"

namespace tlscore::x509 {

/// A DER Name of one common name, in UTF-8 (RFC 5280, section 4.1.2.4).
[[nodiscard]] Bytes der_common_name(std::string_view common_name);

/// A DER Extension; `oid` is the contents of its OBJECT IDENTIFIER.
[[nodiscard]] Bytes der_extension(ByteView oid, bool is_critical, ByteView value);

struct CertificateFields {
  Bytes issuer;      ///< DER Name.
  Bytes subject;     ///< DER Name.
  PublicKey key;     ///< The subject's.
  PublicKey signer;  ///< The issuer's.
  std::chrono::sys_seconds not_before;
  std::chrono::sys_seconds not_after;
  std::vector<Bytes> extensions{};  ///< As der_extension writes them, none twice.
};

class CertificateDraft {
 public:
  /// With a random serial number of 16 octets. Fails with Malformed for a validity that ends before it begins
  /// or outside the years 1950 to 9999; Unsupported for a signer of type Other; TooLarge over 32 KiB.
  static Result<CertificateDraft> create(const CertificateFields& fields);

  /// The DER TBSCertificate.
  [[nodiscard]] ByteView tbs() const { return m_tbs.contents(); }

  /// The signature that is wanted over it, see signature_algorithm().
  [[nodiscard]] const SignatureRequest& request() const { return m_tbs.request(); }

  /// The whole certificate. Fails with Untrusted when the signature does not verify with the signer's key.
  [[nodiscard]] Result<Certificate> finish(ByteView signature) const;

 private:
  explicit CertificateDraft(ToBeSigned tbs) : m_tbs(std::move(tbs)) {}

  ToBeSigned m_tbs;
};

}  // namespace tlscore::x509
