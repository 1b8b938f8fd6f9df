// One-shot digests.
#include "tlscore/x509/mbedtls_hash.h"

#include <cstdlib>

namespace tlscore::x509 {
namespace {

Bytes digest_by(mbedtls_md_type_t type, std::size_t bytes, ByteView message) {
  Bytes result(bytes);
  const mbedtls_md_info_t* info = ::mbedtls_md_info_from_type(type);
  // Software digests of memory have no way to fail; one that did must not pass for a fingerprint.
  if (::mbedtls_md(info, message.data(), message.size(), result.data()) != 0) std::abort();
  return result;
}

}  // namespace

Bytes digest(Hash hash, ByteView message) {
  if (hash == Hash::None) return {message.begin(), message.end()};
  return digest_by(md_type(hash), hash_bytes(hash), message);
}

Bytes sha1(ByteView message) {
  return digest_by(MBEDTLS_MD_SHA1, 20, message);
}

Bytes hmac_sha256(ByteView key, ByteView message) {
  Bytes result(hash_bytes(Hash::Sha256));
  const mbedtls_md_info_t* info = ::mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
  const int failed =
      ::mbedtls_md_hmac(info, key.data(), key.size(), message.data(), message.size(), result.data());
  if (failed != 0) std::abort();
  return result;
}

}  // namespace tlscore::x509
