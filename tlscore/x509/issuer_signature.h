// Whether a CA's key signed a certificate or a CRL, and which keys and algorithms are good enough for
// it (RFC 5280, section 4.1.1.2). Names, dates and extensions are path_rules.h's.
#pragma once

#include "tlscore/x509/certificate.h"

namespace tlscore::x509 {

/// Whether it is signed with SHA-256, SHA-384 or SHA-512, and with RSA (PKCS#1 v1.5; or PSS with such a hash
/// in MGF1) or ECDSA. Fails with Untrusted and what is said of the certificate, e.g. "is signed with
/// Ed25519".
Result<void> check_signed_safely(const Certificate& certificate);

/// Whether a path may lead over this certificate's key: RSA of 2048 bits or more with an exponent of 33 bits
/// at most, P-256, P-384, P-521. Fails with Untrusted and what is said of the certificate, e.g. "has a key
/// that is too weak".
Result<void> check_path_key(const Certificate& certificate);

/// Whether the key of `issuer` made the signature of `certificate`; both passed the checks above. It costs
/// from 0.1 ms (RSA) to some milliseconds (P-521). Fails with Untrusted when it did not.
Result<void> check_issuer_signature(const Certificate& certificate, const Certificate& issuer);

/// Octets with a signature, as CRLs have them. Borrows all of it.
struct SignedOctets {
  ByteView octets;
  ByteView algorithm;  ///< Contents of the AlgorithmIdentifier.
  ByteView signature;
};

/// Whether `algorithm` is RSA (PKCS#1 v1.5) or ECDSA with SHA-2. Fails with Unsupported, or Malformed.
Result<void> check_signature_algorithm(ByteView algorithm);

/// Whether the key of `issuer`, which passed check_path_key, made the signature. Fails with Untrusted, and as
/// check_signature_algorithm does.
Result<void> check_signature_by(const Certificate& issuer, const SignedOctets& octets);

}  // namespace tlscore::x509
