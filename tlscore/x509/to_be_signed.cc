// One algorithm for each type of key.
#include "tlscore/x509/to_be_signed.h"

#include <utility>

#include "tlscore/x509/der.h"
#include "tlscore/x509/digest.h"
#include "tlscore/x509/ed25519.h"

namespace tlscore::x509 {
namespace {

// Object identifiers with tag and length.
constexpr std::uint8_t kSha256WithRsa[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b};
constexpr std::uint8_t kEcdsaWithSha256[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
constexpr std::uint8_t kEcdsaWithSha384[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03};
SignatureRequest request_for(PublicKey::Type type, ByteView tbs) {
  switch (type) {
    case PublicKey::Type::Rsa: return {SignatureScheme::RsaPkcs1, Hash::Sha256, digest(Hash::Sha256, tbs)};
    case PublicKey::Type::EcP384: return {SignatureScheme::Ecdsa, Hash::Sha384, digest(Hash::Sha384, tbs)};
    case PublicKey::Type::Ed25519:
      return {SignatureScheme::Ed25519, Hash::None, Bytes(tbs.begin(), tbs.end())};
    default: return {SignatureScheme::Ecdsa, Hash::Sha256, digest(Hash::Sha256, tbs)};
  }
}

}  // namespace

/// With NULL for RSA (RFC 4055, section 5) and nothing for ECDSA (RFC
/// 5758) and Ed25519 (RFC 8410, section 6).
Result<Bytes> signature_algorithm(PublicKey::Type type) {
  switch (type) {
    case PublicKey::Type::Rsa: return der(kDerSequence, {kSha256WithRsa, der(kDerNull, ByteView())});
    case PublicKey::Type::EcP256: return der(kDerSequence, kEcdsaWithSha256);
    case PublicKey::Type::EcP384: return der(kDerSequence, kEcdsaWithSha384);
    case PublicKey::Type::Ed25519: return der(kDerSequence, kEd25519Oid);
    case PublicKey::Type::Other: break;
  }
  return fail(ErrorKind::Unsupported, "only RSA, P-256, P-384 and Ed25519 keys can sign a certificate");
}

ToBeSigned::ToBeSigned(PublicKey signer, Bytes algorithm, Bytes contents, SignatureRequest request)
    : m_signer(std::move(signer)),
      m_algorithm(std::move(algorithm)),
      m_contents(std::move(contents)),
      m_request(std::move(request)) {}

Result<ToBeSigned> ToBeSigned::create(PublicKey signer, Bytes contents) {
  Bytes algorithm = TRY(signature_algorithm(signer.type()));
  if (contents.size() > kMaxSignedMessageBytes)
    return fail(ErrorKind::TooLarge, "a certificate of more than 32 KiB");
  SignatureRequest request = request_for(signer.type(), contents);
  return ToBeSigned(std::move(signer), std::move(algorithm), std::move(contents), std::move(request));
}

Result<Bytes> ToBeSigned::finish(ByteView signature) const {
  TRY(m_signer.verify(m_request, signature));
  return der(kDerSequence, {m_contents, m_algorithm, der_bit_string(signature)});
}

}  // namespace tlscore::x509
