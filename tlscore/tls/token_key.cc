// The pk_info that stands for a token's key.
#include "tlscore/tls/token_key.h"

#include <mbedtls/ssl.h>
#include <pk_wrap.h>

#include <algorithm>

namespace tlscore::tls {
namespace {

static_assert(kSignatureIsComing == MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS);

TokenKey& key_of(mbedtls_pk_context* pk) {
  return *static_cast<TokenKey*>(pk->pk_ctx);
}

std::size_t bits(mbedtls_pk_context* pk) noexcept {
  return key_of(pk).identity().key.bits();
}

std::optional<x509::Hash> hash_of(mbedtls_md_type_t type) {
  switch (type) {
    case MBEDTLS_MD_NONE: return x509::Hash::None;
    case MBEDTLS_MD_SHA256: return x509::Hash::Sha256;
    case MBEDTLS_MD_SHA384: return x509::Hash::Sha384;
    case MBEDTLS_MD_SHA512: return x509::Hash::Sha512;
    default: return std::nullopt;
  }
}

template <x509::SignatureScheme Scheme>
int sign(mbedtls_pk_context* pk, mbedtls_md_type_t md, const unsigned char* digest, std::size_t digest_size,
         unsigned char* signature, std::size_t signature_room, std::size_t* signature_size,
         int (* /*random*/)(void*, unsigned char*, std::size_t), void* /*random_context*/) noexcept {
  return key_of(pk).sign(Scheme, md, {digest, digest_size}, {signature, signature_room}, *signature_size);
}

mbedtls_pk_info_t make_info(const char* name, int (*can_do)(mbedtls_pk_type_t),
                            decltype(mbedtls_pk_info_t::sign_func) sign) {
  mbedtls_pk_info_t info{};
  info.type = MBEDTLS_PK_RSA_ALT;  // "somebody else's key": the library looks no closer at what is behind it
  info.name = name;
  info.get_bitlen = bits;
  info.can_do = can_do;
  info.sign_func = sign;
  return info;
}

const mbedtls_pk_info_t kRsa = make_info(
    "RSA on a token",
    [](mbedtls_pk_type_t type) noexcept -> int {
      return type == MBEDTLS_PK_RSA || type == MBEDTLS_PK_RSASSA_PSS;
    },
    sign<x509::SignatureScheme::RsaPkcs1>);
const mbedtls_pk_info_t kEc = make_info(
    "EC on a token",
    [](mbedtls_pk_type_t type) noexcept -> int {
      return type == MBEDTLS_PK_ECKEY || type == MBEDTLS_PK_ECDSA;
    },
    sign<x509::SignatureScheme::Ecdsa>);
// The library knows no such key; certificate_verify.h asks this one.
const mbedtls_pk_info_t kEd25519OnToken =
    make_info("Ed25519 on a token", [](mbedtls_pk_type_t) noexcept -> int { return 0; }, nullptr);

const mbedtls_pk_info_t& info_for(x509::PublicKey::Type type) {
  if (type == x509::PublicKey::Type::Ed25519) return kEd25519OnToken;
  return type == x509::PublicKey::Type::Rsa ? kRsa : kEc;
}

}  // namespace

TokenKey::TokenKey(const Identity& identity) : m_identity(identity), m_pk{} {
  m_pk.pk_info = &info_for(identity.key.type());
  m_pk.pk_ctx = this;
}

void TokenKey::stand_for_ed25519(mbedtls_pk_context& pk) {
  pk.pk_info = &kEd25519OnToken;
}

bool TokenKey::stands_for_ed25519(const mbedtls_pk_context& pk) {
  return pk.pk_info == &kEd25519OnToken;
}

TokenKey* TokenKey::from(mbedtls_pk_context* pk) {
  const bool is_ours = pk->pk_info == &kRsa || pk->pk_info == &kEc || pk->pk_info == &kEd25519OnToken;
  return is_ours ? &key_of(pk) : nullptr;
}

int TokenKey::sign(x509::SignatureScheme scheme, mbedtls_md_type_t hash, ByteView digest,
                   std::span<std::uint8_t> into, std::size_t& size) {
  const auto known_hash = hash_of(hash);
  if (!known_hash || (scheme == x509::SignatureScheme::RsaPss && !m_identity.can_rsa_pss)) {
    return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
  }
  const x509::SignatureRequest request{scheme, *known_hash, Bytes(digest.begin(), digest.end())};
  if (!is_well_formed(request)) return MBEDTLS_ERR_PK_BAD_INPUT_DATA;
  if (!m_wanted) m_wanted = request;
  // TLS 1.3 goes on to the next algorithm that the server listed when one fails: only the first is asked for.
  if (*m_wanted != request) return MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE;
  return take_signature(into, size);
}

int TokenKey::take_signature(std::span<std::uint8_t> into, std::size_t& size) {
  if (m_signature.empty()) return kSignatureIsComing;
  if (m_signature.size() > into.size()) return MBEDTLS_ERR_PK_BUFFER_TOO_SMALL;
  std::ranges::copy(m_signature, into.begin());
  size = m_signature.size();
  m_wanted.reset();
  m_signature.clear();
  return 0;
}

}  // namespace tlscore::tls
