// Names of signature algorithms, shared by whoever asks for a signature, makes one, or checks one.
#pragma once

#include <cstdint>
#include <string_view>

#include "tlscore/base/bytes.h"

namespace tlscore::x509 {

enum class Hash : std::uint8_t {
  None = 0,  ///< For Ed25519, which is given the message itself.
  Sha256 = 1,
  Sha384 = 2,
  Sha512 = 3,
};

enum class SignatureScheme : std::uint8_t {
  RsaPkcs1 = 1,  ///< RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2); the DigestInfo is the signer's to add.
  RsaPss = 2,    ///< RSASSA-PSS (section 8.1), MGF1 and salt of the hash and its length, as TLS 1.3 wants.
  Ecdsa = 3,     ///< ECDSA on P-256 or P-384; the signature is the DER of RFC 3279, section 2.2.3.
  Ed25519 = 4,   ///< "Pure" Ed25519 (RFC 8032, section 5.1); the signature is its 64 octets.
};

/// Ed25519 signs a message, not a digest: whoever hands it on has to hold it. No message is longer.
inline constexpr std::size_t kMaxSignedMessageBytes = 32768;

/// A signature that somebody wants. The digest is always of `hash`; its length is `hash_bytes(hash)`. For
/// Ed25519 `hash` is None, and `digest` the whole message, of 1 to kMaxSignedMessageBytes octets.
struct SignatureRequest {
  SignatureScheme scheme;
  Hash hash;
  Bytes digest;

  friend bool operator==(const SignatureRequest&, const SignatureRequest&) = default;
};

[[nodiscard]] constexpr std::size_t hash_bytes(Hash hash) {
  switch (hash) {
    case Hash::None: return 0;
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
    case SignatureScheme::Ed25519: return "Ed25519";
  }
  return "unknown";
}

/// Is its digest as long as it has to be, and of a hash where its scheme wants one?
[[nodiscard]] inline bool is_well_formed(const SignatureRequest& request) {
  const bool is_message = request.scheme == SignatureScheme::Ed25519;
  if (is_message != (request.hash == Hash::None) || request.digest.empty()) return false;
  const std::size_t size = request.digest.size();
  return is_message ? size <= kMaxSignedMessageBytes : size == hash_bytes(request.hash);
}

}  // namespace tlscore::x509
