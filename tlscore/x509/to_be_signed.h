// What X.509 has signed, before it is: a certificate's or a request's contents, the algorithm, and what the
// holder of the key is asked for.
#pragma once

#include "tlscore/x509/public_key.h"
#include "tlscore/x509/signature.h"

namespace tlscore::x509 {

/// The AlgorithmIdentifier of the signatures that a key of this type makes here, as DER: PKCS#1 v1.5 with
/// SHA-256 for RSA, ECDSA with SHA-256 on P-256 and SHA-384 on P-384, Ed25519. Fails with Unsupported for
/// type Other.
[[nodiscard]] Result<Bytes> signature_algorithm(PublicKey::Type type);

class ToBeSigned {
 public:
  /// `contents` is one whole DER element. Fails as signature_algorithm does, with TooLarge over 32 KiB.
  static Result<ToBeSigned> create(PublicKey signer, Bytes contents);

  [[nodiscard]] ByteView contents() const { return m_contents; }

  /// The signature that is wanted: over a digest, over the whole for Ed25519.
  [[nodiscard]] const SignatureRequest& request() const { return m_request; }

  /// SEQUENCE { contents, algorithm, signature }, as DER. Fails with Untrusted when the signature does not
  /// verify with the signer's key.
  [[nodiscard]] Result<Bytes> finish(ByteView signature) const;

 private:
  ToBeSigned(PublicKey signer, Bytes algorithm, Bytes contents, SignatureRequest request);

  PublicKey m_signer;
  Bytes m_algorithm;
  Bytes m_contents;
  SignatureRequest m_request;
};

}  // namespace tlscore::x509
