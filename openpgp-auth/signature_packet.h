// Signature packets (RFC 4880, section 5.2): what they say, not whether it is true. GnuPG checks them.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "openpgp-auth/public_key_packet.h"

namespace openpgp_auth {

/// Signature types (section 5.2.1) that certificates have.
enum SignatureType : std::uint8_t {
  kGenericCertification = 0x10,
  kPositiveCertification = 0x13,  ///< 0x10 to 0x13 certify a user ID.
  kSubkeyBinding = 0x18,
  kPrimaryKeyBinding = 0x19,  ///< The back-signature, which stands inside a subkey's binding.
  kDirectKey = 0x1f,
  kKeyRevocation = 0x20,
  kSubkeyRevocation = 0x28,
  kCertificationRevocation = 0x30,
};

/// Key flags (section 5.2.3.21).
enum KeyFlag : std::uint8_t {
  kMayCertify = 0x01,
  kMaySign = 0x02,
  kMayEncrypt = 0x0c,  ///< Communications or storage: either bit.
  kMayAuthenticate = 0x20,
};

/// One signature. All but the issuer and the embedded signature is what its hashed area says; those two may
/// also come from the other one, because they are checked when they are used. Owns its octets.
struct SignaturePacket {
  std::uint8_t version = 0;
  std::uint8_t type = 0;  ///< As sent; mostly a SignatureType.
  std::uint8_t key_algorithm = 0;
  std::uint8_t hash_algorithm = 0;
  std::chrono::sys_seconds created{};                       ///< 1970 in an unusable one that does not say.
  std::optional<std::chrono::seconds> expires_after{};      ///< The signature, counted from `created`.
  std::optional<std::chrono::seconds> key_expires_after{};  ///< The key, counted from its own creation.
  std::optional<std::uint8_t> key_flags{};                  ///< The first octet; nothing: not said.
  bool is_primary_user_id = false;
  std::optional<KeyId> issuer{};
  std::optional<Fingerprint> issuer_fingerprint{};
  Bytes embedded{};            ///< The body of the signature inside it (section 5.2.3.26), or empty.
  std::string why_unusable{};  ///< Empty for a signature that can count.

  std::size_t hashed_bytes = 0;  ///< How much of the front of `body` the signature is over.
  Bytes body{};
  Bytes packet{};  ///< As it was sent, header included; empty if it was embedded.

  [[nodiscard]] bool is_usable() const { return why_unusable.empty(); }
  /// It says that this key made it. Says nothing about whether it did.
  [[nodiscard]] bool names_as_issuer(const KeyPacket& key) const;
};

/// Reads a signature's body. Never fails: what cannot be read or must not count has a `why_unusable`. That is
/// another version than 4, malformed subpackets, one that counts twice in the hashed area, no creation time,
/// a critical subpacket that is not known (a critical notation among them, because none is known), and more
/// than 32 KiB.
[[nodiscard]] SignaturePacket parse_signature(ByteView body);

}  // namespace openpgp_auth
