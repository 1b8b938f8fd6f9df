// Ed25519 (RFC 8032) and how certificates write it (RFC 8410). mbedTLS has neither; libsodium checks the
// signatures.
//
// Only "pure" Ed25519: the message itself is signed, not a hash of it.
#pragma once

#include <optional>

#include "tlscore/base/bytes.h"

namespace tlscore::x509 {

inline constexpr std::size_t kEd25519PointBytes = 32;
inline constexpr std::size_t kEd25519SignatureBytes = 64;

/// id-Ed25519 (RFC 8410, section 3) with tag and length.
inline constexpr std::uint8_t kEd25519Oid[] = {0x06, 0x03, 0x2b, 0x65, 0x70};

/// The SubjectPublicKeyInfo of a public key of kEd25519PointBytes (section 4).
[[nodiscard]] Bytes ed25519_spki(ByteView point);

/// Is the AlgorithmIdentifier of this SubjectPublicKeyInfo id-Ed25519? Looks no further.
[[nodiscard]] bool names_ed25519(ByteView spki);

/// The public key in the SubjectPublicKeyInfo that is all of `spki`; it points into it. Nothing for another
/// algorithm, for parameters (section 3: there are none), and for what is no point that a private key can
/// have: not on the curve, not written canonically, of small order.
[[nodiscard]] std::optional<ByteView> ed25519_point(ByteView spki);

/// Is this the signature of `message` by that key? What another implementation could read differently is no
/// signature here: a number that is not reduced, a point of small order.
[[nodiscard]] bool ed25519_verifies(ByteView point, ByteView message, ByteView signature);

}  // namespace tlscore::x509
