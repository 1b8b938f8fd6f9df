// Names of signature algorithms, shared by whoever asks for a signature, makes one, or checks one.
#pragma once

#include <cstdint>
#include <string_view>

#include "tlscore/base/bytes.h"

namespace tlscore::x509 {

enum class Hash : std::uint8_t { Sha256 = 1, Sha384 = 2, Sha512 = 3 };

enum class SignatureScheme : std::uint8_t {
  RsaPkcs1 = 1,  ///< RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2); the DigestInfo is the signer's to add.
  RsaPss = 2,    ///< RSASSA-PSS (section 8.1), MGF1 and salt of the hash and its length, as TLS 1.3 wants.
  Ecdsa = 3,     ///< ECDSA on P-256 or P-384; the signature is the DER of RFC 3279, section 2.2.3.
};

/// A signature that somebody wants. The digest is always of `hash`; its length is `hash_bytes(hash)`.
struct SignatureRequest {
  SignatureScheme scheme;
  Hash hash;
  Bytes digest;

  friend bool operator==(const SignatureRequest&, const SignatureRequest&) = default;
};

[[nodiscard]] constexpr std::size_t hash_bytes(Hash hash) {
  switch (hash) {
    case Hash::Sha256: return 32;
    case Hash::Sha384: return 48;
    case Hash::Sha512: return 64;
  }
  return 0;
}

[[nodiscard]] constexpr std::string_view to_string(SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::RsaPkcs1: return "RSA PKCS#1 v1.5";
    case SignatureScheme::RsaPss: return "RSA-PSS";
    case SignatureScheme::Ecdsa: return "ECDSA";
  }
  return "unknown";
}

}  // namespace tlscore::x509
