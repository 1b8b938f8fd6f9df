// A self-signed certificate for a key that somebody else holds: a token's, for a user who has no certificate.
//
//   auto draft = SelfSigned::create(options);           // what is to be signed
//   Bytes signature = ... sign(draft->request()) ...;   // the token's work
//   auto certificate = draft->finish(signature);        // checked before it leaves
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "tlscore/x509/certificate.h"
#include "tlscore/x509/private_key.h"

namespace tlscore::x509 {

/// An extension that SelfSignedOptions has no field for.
struct OtherExtension {
  Bytes oid;    ///< The contents of its OBJECT IDENTIFIER.
  Bytes value;  ///< DER: what the extnValue holds.
  bool is_critical = false;
};

struct SelfSignedOptions {
  std::string common_name;  ///< UTF-8, 1 to 64 characters (RFC 5280, appendix A.1): counted in octets here.
  PublicKey key;
  std::chrono::sys_seconds not_before;
  std::chrono::sys_seconds not_after;
  bool client_auth = true;
  bool server_auth = false;
  std::vector<std::string> dns_names;    ///< A "*." in front is allowed. Addresses are written as iPAddress.
  std::vector<std::string> mailboxes{};  ///< Written as rfc822Name; see mailbox.h.
  std::vector<OtherExtension> extensions{};  ///< None of those that stand here already.
};

/// The front of a text, with at most as many octets as a common name may have, not cut within a character.
[[nodiscard]] std::string cut_common_name(std::string_view text);

/// A certificate that lacks only its signature: random serial of 16 octets, key usage digitalSignature, no
/// CA.
class SelfSigned {
 public:
  /// Fails with Malformed for a bad name or a validity that ends before it begins or outside the years 1950
  /// to 9999; Unsupported for a key of type Other; Refused without any purpose; TooLarge over 32 KiB.
  static Result<SelfSigned> create(const SelfSignedOptions& options);

  /// The DER TBSCertificate.
  [[nodiscard]] ByteView tbs() const { return m_tbs; }

  /// The signature that is wanted over it: PKCS#1 v1.5 with SHA-256 for RSA, ECDSA with SHA-256 on P-256 and
  /// SHA-384 on P-384; Ed25519, over the whole of it, for Ed25519.
  [[nodiscard]] const SignatureRequest& request() const { return m_request; }

  /// The whole certificate. Fails with Untrusted when the signature does not verify with the key.
  Result<Certificate> finish(ByteView signature) const;

 private:
  SelfSigned(PublicKey key, Bytes algorithm, Bytes tbs, SignatureRequest request);

  PublicKey m_key;
  Bytes m_algorithm;
  Bytes m_tbs;
  SignatureRequest m_request;
};

/// The same in one go, where the key lies in memory. `options.key` is taken from `key`.
Result<Certificate> self_sign(PrivateKey& key, SelfSignedOptions options);

}  // namespace tlscore::x509
