// Digests of octets in memory.
#pragma once

#include "tlscore/base/bytes.h"
#include "tlscore/x509/signature.h"

namespace tlscore::x509 {

/// The digest of `message`; for None the message itself. Cannot fail: the three hashes are always built in.
[[nodiscard]] Bytes digest(Hash hash, ByteView message);

[[nodiscard]] inline Bytes sha256(ByteView message) {
  return digest(Hash::Sha256, message);
}

/// HMAC with SHA-256 (RFC 2104), 32 octets.
[[nodiscard]] Bytes hmac_sha256(ByteView key, ByteView message);

/// SHA-1, 20 octets: names an OpenPGP key of version 4 (RFC 4880, section 12.2). Nothing may be signed by it.
[[nodiscard]] Bytes sha1(ByteView message);

}  // namespace tlscore::x509
