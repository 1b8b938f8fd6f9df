// Public keys and subkeys of version 4 (RFC 4880, sections 5.5.2 and 5.6.2, and RFC 6637 for elliptic
// curves).
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "openpgp-auth/fingerprint.h"
#include "openpgp-auth/packet.h"
#include "tlscore/x509/public_key.h"

namespace openpgp_auth {

/// Public-key algorithms (section 9.1) that are told apart here.
enum KeyAlgorithm : std::uint8_t {
  kRsa = 1,
  kRsaEncryptOnly = 2,
  kRsaSignOnly = 3,
  kElgamal = 16,
  kDsa = 17,
  kEcdh = 18,
  kEcdsa = 19,
  kEddsa = 22,  ///< GnuPG's; "EdDSALegacy" in RFC 9580.
};

/// One key. Owns its octets.
struct KeyPacket {
  std::chrono::sys_seconds created;
  std::uint8_t algorithm;  ///< As sent; mostly a KeyAlgorithm.
  Fingerprint fingerprint;
  KeyId key_id;
  std::optional<tlscore::x509::PublicKey>
      key;          ///< Nothing: it cannot authenticate in TLS, and `why` says why.
  std::string why;  ///< Empty where there is a key.
  Bytes body;       ///< Without its header.
  Bytes packet;     ///< As it was sent, header included.

  /// What fingerprints and signatures hash of a key: 0x99, its length in two octets, its body
  /// (section 5.2.4).
  [[nodiscard]] Bytes hashed() const;
};

/// Reads a packet of a public key or subkey. A key has `key` if it is RSA of 2048 to 8192 bits (algorithm 1),
/// ECDSA on P-256 or P-384, or EdDSA on Ed25519. Fails with Unsupported for another version than 4, TooLarge
/// for more than 8 KiB, and Malformed for a key of these kinds that is not what the RFCs allow, a point off
/// its curve among them.
Result<KeyPacket> parse_public_key(const Packet& packet);

/// Can only encrypt: RSA encrypt-only, Elgamal, ECDH, and X25519 and X448 of RFC 9580. Never a primary key.
[[nodiscard]] bool encrypts_only(std::uint8_t algorithm);

/// An algorithm of RFC 4880, RFC 6637 or EdDSA, whether it is of use here or not.
[[nodiscard]] bool is_known_algorithm(std::uint8_t algorithm);

}  // namespace openpgp_auth
