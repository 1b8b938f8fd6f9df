// A request to a CA for a certificate (PKCS #10, RFC 2986), for a key that somebody else holds, a token's.
#pragma once

#include <string>
#include <vector>

#include "tlscore/x509/to_be_signed.h"

namespace tlscore::x509 {

struct CertificateRequestOptions {
  std::string common_name;  ///< As SelfSignedOptions has it.
  PublicKey key;
  std::vector<std::string> mailboxes{};  ///< Asked for as rfc822Name.
};

/// The request without its signature, which the key's holder makes. It asks for what a TLS client needs
/// (extensionRequest, RFC 2985, section 5.4.2): keyUsage digitalSignature, extKeyUsage clientAuth, and the
/// addresses as subjectAltName; the CA is free to give something else. Fails as der_holder_name,
/// der_alternative_names and ToBeSigned::create do. What finish() gives is the whole request, for a PEM block
/// "CERTIFICATE REQUEST".
[[nodiscard]] Result<ToBeSigned> draft_certificate_request(const CertificateRequestOptions& options);

}  // namespace tlscore::x509
