// What mbedTLS calls our hashes.
#pragma once

#include <mbedtls/md.h>

#include "tlscore/x509/digest.h"

namespace tlscore::x509 {

[[nodiscard]] constexpr mbedtls_md_type_t md_type(Hash hash) {
  switch (hash) {
    case Hash::None: break;
    case Hash::Sha256: return MBEDTLS_MD_SHA256;
    case Hash::Sha384: return MBEDTLS_MD_SHA384;
    case Hash::Sha512: return MBEDTLS_MD_SHA512;
  }
  return MBEDTLS_MD_NONE;
}

}  // namespace tlscore::x509
