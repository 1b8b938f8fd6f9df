// A public key: what a certificate certifies, what a token's key is known by, and what checks signatures.
#pragma once

#include <memory>
#include <string>

#include "tlscore/base/bytes.h"
#include "tlscore/x509/signature.h"

namespace tlscore::x509 {

/// Immutable; copies share one key, and any thread may use them.
class PublicKey {
 public:
  enum class Type : std::uint8_t {
    Rsa,
    EcP256,
    EcP384,
    Ed25519,
    Other,  ///< Known by its bytes only, or of a curve we make no signatures with; `verify` refuses it.
  };

  /// Reads a DER SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7), which is all of `bytes`. An algorithm that
  /// we do not know gives Other. Fails with Malformed, also for a point that is not on its curve; TooLarge
  /// over 8 KiB.
  static Result<PublicKey> parse_spki(ByteView bytes);

  /// An RSA key from big-endian numbers (CKA_MODULUS and CKA_PUBLIC_EXPONENT). Fails as parse_spki does.
  static Result<PublicKey> from_rsa(ByteView modulus, ByteView exponent);

  /// An EC key from its uncompressed point (SEC 1, section 2.3.3), bare or inside the OCTET STRING that
  /// PKCS#11's CKA_EC_POINT has around it. `type` is EcP256 or EcP384, else Unsupported. Fails as parse_spki
  /// does.
  static Result<PublicKey> from_ec_point(Type type, ByteView point);

  /// An Ed25519 key from its 32 octets (RFC 8032, section 5.1.5), as OpenPGP and PKCS#11 write them. Fails
  /// with Malformed for what ed25519.h takes for no point.
  static Result<PublicKey> from_ed25519(ByteView point);

  [[nodiscard]] Type type() const;
  /// Length of the modulus or of the curve's field; 0 where it is not known.
  [[nodiscard]] std::size_t bits() const;
  /// The DER SubjectPublicKeyInfo; lives as long as any copy of this key.
  [[nodiscard]] ByteView spki() const;
  /// SHA-256 of spki(): what pins and fingerprints are made of.
  [[nodiscard]] Bytes spki_sha256() const;
  /// "RSA 2048", "P-256", "Ed25519", ...
  [[nodiscard]] std::string describe() const;

  /// Checks a signature over `request.digest`. RSA-PSS: the salt must be as long as the hash. Fails with
  /// Untrusted when the signature is not this key's, Unsupported when the scheme does not fit the key, and
  /// Malformed for a request that is not well formed (signature.h).
  Result<void> verify(const SignatureRequest& request, ByteView signature) const;

  /// Same SubjectPublicKeyInfo.
  friend bool operator==(const PublicKey& a, const PublicKey& b);

 private:
  struct Data;
  explicit PublicKey(std::shared_ptr<const Data> data);

  std::shared_ptr<const Data> m_data;
};

}  // namespace tlscore::x509
