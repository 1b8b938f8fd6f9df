// One-shot digests.
#include "tlscore/x509/mbedtls_hash.h"

#include <cstdlib>

namespace tlscore::x509 {

Bytes digest(Hash hash, ByteView message) {
  Bytes result(hash_bytes(hash));
  const mbedtls_md_info_t* info = ::mbedtls_md_info_from_type(md_type(hash));
  // Software digests of memory have no way to fail; one that did must not pass for a fingerprint.
  if (::mbedtls_md(info, message.data(), message.size(), result.data()) != 0) std::abort();
  return result;
}

}  // namespace tlscore::x509
