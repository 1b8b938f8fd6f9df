// mbedTLS reads keys and checks signatures, but Ed25519's (ed25519.h); PKCS#11's parts are first written as
// SubjectPublicKeyInfo, so that there is one way in.
#include "tlscore/x509/public_key.h"

#include <mbedtls/ecp.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>
#include <mbedtls/sha256.h>

#include <algorithm>

#include "tlscore/base/c_handle.h"
#include "tlscore/x509/der.h"
#include "tlscore/x509/ed25519.h"
#include "tlscore/x509/mbedtls_error.h"
#include "tlscore/x509/mbedtls_hash.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMaxSpkiBytes = 8192;
constexpr std::size_t kEd25519Bits = 255;

// rsaEncryption (RFC 8017, appendix A.1), id-ecPublicKey and the curves (RFC 5480, section 2.1.1.1), with tag
// and length.
constexpr std::uint8_t kRsaEncryption[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};
constexpr std::uint8_t kEcPublicKey[] = {0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};
constexpr std::uint8_t kSecp256r1[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
constexpr std::uint8_t kSecp384r1[] = {0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22};

using PkContext = CValue<mbedtls_pk_context, mbedtls_pk_init, mbedtls_pk_free>;

/// SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }
bool looks_like_spki(ByteView bytes) {
  DerReader outer(bytes);
  const auto sequence = outer.next(kDerSequence);
  if (!sequence || !outer.done()) return false;
  DerReader fields(*sequence);
  const auto algorithm = fields.next(kDerSequence);
  const auto key = fields.next(kDerBitString);
  return algorithm && key && fields.done() && !key->empty() &&
         DerReader(*algorithm).next(kDerOid).has_value();
}

PublicKey::Type type_of(mbedtls_pk_context* pk) {
  switch (::mbedtls_pk_get_type(pk)) {
    case MBEDTLS_PK_RSA: return PublicKey::Type::Rsa;
    case MBEDTLS_PK_ECKEY:
      switch (::mbedtls_pk_ec(*pk)->grp.id) {
        case MBEDTLS_ECP_DP_SECP256R1: return PublicKey::Type::EcP256;
        case MBEDTLS_ECP_DP_SECP384R1: return PublicKey::Type::EcP384;
        default: return PublicKey::Type::Other;
      }
    default: return PublicKey::Type::Other;
  }
}

bool fits(SignatureScheme scheme, PublicKey::Type type) {
  switch (type) {
    case PublicKey::Type::Rsa:
      return scheme == SignatureScheme::RsaPkcs1 || scheme == SignatureScheme::RsaPss;
    case PublicKey::Type::EcP256:
    case PublicKey::Type::EcP384: return scheme == SignatureScheme::Ecdsa;
    case PublicKey::Type::Ed25519: return scheme == SignatureScheme::Ed25519;
    case PublicKey::Type::Other: break;
  }
  return false;
}

Result<void> verify_ed25519(ByteView spki, ByteView message, ByteView signature) {
  if (ed25519_verifies(spki.last(kEd25519PointBytes), message, signature)) return {};
  return fail(ErrorKind::Untrusted, "the signature does not verify");
}

}  // namespace

struct PublicKey::Data {
  Bytes spki;
  Type type = Type::Other;
  std::size_t bits = 0;
  // The library takes it without const, but guards what it caches in it with a lock of its own.
  mutable PkContext pk;
};

PublicKey::PublicKey(std::shared_ptr<const Data> data) : m_data(std::move(data)) {}

Result<PublicKey> PublicKey::parse_spki(ByteView bytes) {
  if (bytes.size() > kMaxSpkiBytes) return fail(ErrorKind::TooLarge, "a public key of more than 8 KiB");
  if (!looks_like_spki(bytes)) return fail(ErrorKind::Malformed, "not a SubjectPublicKeyInfo");
  auto data = std::make_shared<Data>();
  data->spki.assign(bytes.begin(), bytes.end());
  if (names_ed25519(bytes)) {
    if (!ed25519_point(bytes)) return fail(ErrorKind::Malformed, "an Ed25519 key that is no point");
    data->type = Type::Ed25519;
    data->bits = kEd25519Bits;
    return PublicKey(std::move(data));
  }
  unsigned char* position = data->spki.data();
  const unsigned char* end = position + data->spki.size();
  const int code = ::mbedtls_pk_parse_subpubkey(&position, end, data->pk.get());
  if (code != 0) {
    Error error = mbedtls_error("public key", code);
    if (error.kind != ErrorKind::Unsupported) return fail(ErrorKind::Malformed, std::move(error.message));
  } else {
    if (position != end) return fail(ErrorKind::Malformed, "octets after the public key");
    data->type = type_of(data->pk.get());
    data->bits = ::mbedtls_pk_get_bitlen(data->pk.get());
  }
  return PublicKey(std::move(data));
}

Result<PublicKey> PublicKey::from_rsa(ByteView modulus, ByteView exponent) {
  const Bytes key = der(kDerSequence, {der_integer(modulus), der_integer(exponent)});
  const Bytes algorithm = der(kDerSequence, {kRsaEncryption, der(kDerNull, ByteView())});
  return parse_spki(der(kDerSequence, {algorithm, der_bit_string(key)}));
}

Result<PublicKey> PublicKey::from_ec_point(Type type, ByteView point) {
  if (type != Type::EcP256 && type != Type::EcP384)
    return fail(ErrorKind::Unsupported, "a curve other than P-256 and P-384");
  const std::size_t point_bytes = type == Type::EcP256 ? 65 : 97;
  if (point.size() != point_bytes) {
    DerReader reader(point);
    const auto inner = reader.next(kDerOctetString);
    if (!inner || !reader.done())
      return fail(ErrorKind::Malformed, "an elliptic-curve point of the wrong length");
    point = *inner;
  }
  if (point.size() != point_bytes || point.front() != 0x04) {
    return fail(ErrorKind::Malformed, "an elliptic-curve point that is not in uncompressed form");
  }
  const Bytes algorithm =
      der(kDerSequence, {kEcPublicKey, type == Type::EcP256 ? ByteView(kSecp256r1) : ByteView(kSecp384r1)});
  return parse_spki(der(kDerSequence, {algorithm, der_bit_string(point)}));
}

Result<PublicKey> PublicKey::from_ed25519(ByteView point) {
  return parse_spki(ed25519_spki(point));
}

PublicKey::Type PublicKey::type() const {
  return m_data->type;
}
std::size_t PublicKey::bits() const {
  return m_data->bits;
}
ByteView PublicKey::spki() const {
  return m_data->spki;
}
Bytes PublicKey::spki_sha256() const {
  return sha256(m_data->spki);
}

std::string PublicKey::describe() const {
  switch (m_data->type) {
    case Type::Rsa: return "RSA " + std::to_string(m_data->bits);
    case Type::EcP256: return "P-256";
    case Type::EcP384: return "P-384";
    case Type::Ed25519: return "Ed25519";
    case Type::Other: break;
  }
  return m_data->bits == 521 ? "P-521" : "a key of another kind";
}

Result<void> PublicKey::verify(const SignatureRequest& request, ByteView signature) const {
  if (!fits(request.scheme, m_data->type)) {
    return fail(ErrorKind::Unsupported,
                std::string(to_string(request.scheme)) + " does not fit a key that is " + describe());
  }
  if (!is_well_formed(request)) return fail(ErrorKind::Malformed, "a digest whose length is not its hash's");
  if (m_data->type == Type::Ed25519) return verify_ed25519(m_data->spki, request.digest, signature);
  const mbedtls_md_type_t md = md_type(request.hash);
  const mbedtls_pk_rsassa_pss_options pss{md, static_cast<int>(hash_bytes(request.hash))};
  const bool wants_pss = request.scheme == SignatureScheme::RsaPss;
  const bool is_rsa = m_data->type == Type::Rsa;
  const auto scheme = wants_pss ? MBEDTLS_PK_RSASSA_PSS : (is_rsa ? MBEDTLS_PK_RSA : MBEDTLS_PK_ECDSA);
  const int code =
      ::mbedtls_pk_verify_ext(scheme, wants_pss ? &pss : nullptr, m_data->pk.get(), md, request.digest.data(),
                              request.digest.size(), signature.data(), signature.size());
  if (code != 0)
    return fail(ErrorKind::Untrusted, mbedtls_error("the signature does not verify", code).message);
  return {};
}

bool operator==(const PublicKey& a, const PublicKey& b) {
  return std::ranges::equal(a.spki(), b.spki());
}

}  // namespace tlscore::x509
