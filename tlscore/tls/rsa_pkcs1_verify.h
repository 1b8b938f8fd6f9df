// TLS 1.3's CertificateVerify by an RSA key that cannot make RSA-PSS signatures, as RFC 9963 allows clients.
//
// Only rsa_pkcs1_sha256_legacy of its three algorithms: whoever takes one of them takes this.
#pragma once

#include <mbedtls/ssl.h>

#include "tlscore/base/bytes.h"
#include "tlscore/tls/token_key.h"

namespace tlscore::tls {

inline constexpr std::uint16_t kRsaPkcs1Sha256Legacy = 0x0420;

/// Does the body of a signature_algorithms extension (RFC 8446, section 4.2.3) list kRsaPkcs1Sha256Legacy?
[[nodiscard]] bool lists_rsa_pkcs1(ByteView extension);

/// What a client's CertificateVerify signs (section 4.4.3).
[[nodiscard]] Bytes client_verify_content(ByteView transcript_hash);

/// Writes our CertificateVerify: 0, kSignatureIsComing, or an error code of the library's.
int write_rsa_pkcs1_verify(mbedtls_ssl_context* ssl, TokenKey& key);

}  // namespace tlscore::tls
