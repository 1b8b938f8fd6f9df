// TLS 1.3's CertificateVerify (RFC 8446, section 4.4.3) by the two algorithms that mbedTLS lacks: a client's
// rsa_pkcs1_sha256_legacy, for an RSA key that makes no RSA-PSS signatures (RFC 9963), and either side's
// ed25519.
//
// Of RFC 9963's three only the first: whoever takes one of them takes this.
#pragma once

#include <mbedtls/ssl.h>

#include <optional>
#include <string_view>

#include "tlscore/base/bytes.h"
#include "tlscore/tls/token_key.h"

namespace tlscore::tls {

// Of the registry "TLS SignatureScheme".
inline constexpr std::uint16_t kRsaPkcs1Sha256Legacy = 0x0420;
inline constexpr std::uint16_t kEd25519 = 0x0807;

/// Does the body of a signature_algorithms extension (RFC 8446, section 4.2.3) list this one?
[[nodiscard]] bool lists_algorithm(ByteView extension, std::uint16_t algorithm);

/// Adds one at the end of the list of a whole signature_algorithms extension (its type and length included)
/// that is the first `size` octets of `room`. False, and nothing done, where it has no room.
[[nodiscard]] bool add_algorithm(std::span<std::uint8_t> room, std::size_t& size, std::uint16_t algorithm);

/// What a CertificateVerify signs. `side` is "client" or "server": whose it is.
[[nodiscard]] Bytes verify_content(std::string_view side, ByteView transcript_hash);

/// The body of a CertificateVerify. `signature` points into what was read.
struct CertificateVerify {
  std::uint16_t algorithm;
  ByteView signature;
};

/// Nothing where it is not exactly that.
[[nodiscard]] std::optional<CertificateVerify> parse_certificate_verify(ByteView body);

/// Is `key` one whose CertificateVerify in TLS 1.3 is written here, for this side?
[[nodiscard]] bool writes_certificate_verify(const TokenKey& key, bool is_client);

/// Writes our CertificateVerify by such a key: 0, kSignatureIsComing, or an error code of the
/// library's.
int write_certificate_verify(mbedtls_ssl_context* ssl, TokenKey& key);

/// Checks the peer's CertificateVerify, which names kEd25519, by the key in the first certificate that it
/// sent: 0, or an error code of the library's, with an alert readied. `body` is a handshake message that the
/// library holds and that is not in its transcript yet.
int check_ed25519_verify(mbedtls_ssl_context* ssl, ByteView body);

}  // namespace tlscore::tls
