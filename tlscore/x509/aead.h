// Authenticated encryption with associated data (RFC 5116): XChaCha20-Poly1305, whose nonces are long enough
// to be drawn at random.
#pragma once

#include "tlscore/base/bytes.h"

namespace tlscore::x509 {

inline constexpr std::size_t kAeadKeyBytes = 32;
/// What encryption adds: a nonce in front, a tag behind.
inline constexpr std::size_t kAeadOverheadBytes = 24 + 16;

/// `key` has kAeadKeyBytes. Another result each time; `associated` is not in it, but has to be the same to
/// decrypt.
[[nodiscard]] Bytes aead_encrypt(ByteView key, ByteView plaintext, ByteView associated);

/// Fails with Untrusted for anything that was not encrypted under this key, with this associated data.
[[nodiscard]] Result<Bytes> aead_decrypt(ByteView key, ByteView sealed, ByteView associated);

}  // namespace tlscore::x509
