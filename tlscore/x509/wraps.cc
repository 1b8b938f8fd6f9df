// What `ld --wrap` puts in place of functions of mbedTLS (tls/wrapped_symbols.txt) so that it reads
// certificates with Ed25519 keys and signatures. It then carries such a key and can do nothing with it: it
// takes no certificate for signed by one, and no handshake for proved by one. PublicKey does that.
#include <mbedtls/pk.h>
#include <mbedtls/x509.h>
#include <pk_wrap.h>

#include <algorithm>

#include "tlscore/x509/der.h"
#include "tlscore/x509/ed25519.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kEd25519Bits = 255;

constexpr mbedtls_pk_info_t make_info() {
  mbedtls_pk_info_t info{};
  info.type = MBEDTLS_PK_NONE;
  info.name = "Ed25519";
  info.get_bitlen = [](mbedtls_pk_context*) noexcept -> std::size_t { return kEd25519Bits; };
  info.can_do = [](mbedtls_pk_type_t) noexcept -> int { return 0; };
  return info;
}

constexpr mbedtls_pk_info_t kEd25519 = make_info();

}  // namespace
}  // namespace tlscore::x509

// The linker's names: reserved to the implementation, which it is part of here.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {

int __real_mbedtls_pk_parse_subpubkey(unsigned char** position, const unsigned char* end,
                                      mbedtls_pk_context* key);
int __real_mbedtls_x509_get_sig_alg(const mbedtls_x509_buf* oid, const mbedtls_x509_buf* parameters,
                                    mbedtls_md_type_t* hash, mbedtls_pk_type_t* key, void** options);

/// A SubjectPublicKeyInfo, with more behind it.
int __wrap_mbedtls_pk_parse_subpubkey(unsigned char** position, const unsigned char* end,
                                      mbedtls_pk_context* key) {
  using namespace tlscore::x509;
  const auto element = DerReader({*position, end}).next();
  if (!element || !names_ed25519(element->whole))
    return __real_mbedtls_pk_parse_subpubkey(position, end, key);
  if (!ed25519_point(element->whole)) return MBEDTLS_ERR_PK_INVALID_PUBKEY;
  *position += element->whole.size();
  return mbedtls_pk_setup(key, &kEd25519);
}

/// The algorithm of a certificate's signature (RFC 8410, section 6: no parameters).
int __wrap_mbedtls_x509_get_sig_alg(const mbedtls_x509_buf* oid, const mbedtls_x509_buf* parameters,
                                    mbedtls_md_type_t* hash, mbedtls_pk_type_t* key, void** options) {
  const auto named = tlscore::ByteView(tlscore::x509::kEd25519Oid).subspan(2);
  if (!std::ranges::equal(tlscore::ByteView(oid->p, oid->len), named))
    return __real_mbedtls_x509_get_sig_alg(oid, parameters, hash, key, options);
  if (parameters->tag != 0 || parameters->len != 0) return MBEDTLS_ERR_X509_INVALID_ALG;
  *hash = MBEDTLS_MD_NONE;
  *key = MBEDTLS_PK_NONE;
  return 0;
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
