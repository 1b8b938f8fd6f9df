// Digests, by mbedTLS.
#pragma once

#include <mbedtls/md.h>

#include "tlscore/base/bytes.h"
#include "tlscore/x509/signature.h"

namespace tlscore::x509 {

[[nodiscard]] constexpr mbedtls_md_type_t md_type(Hash hash) {
  switch (hash) {
    case Hash::Sha256: return MBEDTLS_MD_SHA256;
    case Hash::Sha384: return MBEDTLS_MD_SHA384;
    case Hash::Sha512: return MBEDTLS_MD_SHA512;
  }
  return MBEDTLS_MD_NONE;
}

/// The digest of `message`. Cannot fail: the three hashes are always built in.
[[nodiscard]] Bytes digest(Hash hash, ByteView message);

[[nodiscard]] inline Bytes sha256(ByteView message) {
  return digest(Hash::Sha256, message);
}

}  // namespace tlscore::x509
