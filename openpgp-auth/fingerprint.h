// What OpenPGP keys of version 4 are known by (RFC 4880, section 12.2).
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <string>

#include "tlscore/base/bytes.h"

namespace openpgp_auth {

/// 64 bits: anybody can make a key with the ID of another one, so it finds keys and identifies none.
struct KeyId {
  std::array<std::uint8_t, 8> octets{};

  /// 16 lower-case digits.
  [[nodiscard]] std::string to_hex() const { return tlscore::to_hex(octets); }
  friend auto operator<=>(const KeyId&, const KeyId&) = default;
};

/// SHA-1 over the key packet: identifies a key.
struct Fingerprint {
  std::array<std::uint8_t, 20> octets{};

  /// Reads 40 hexadecimal digits of either case, as GnuPG and the configuration write them; nothing else, no
  /// spaces. Fails with Malformed.
  static tlscore::Result<Fingerprint> from_hex(std::string_view text);

  /// 40 lower-case digits.
  [[nodiscard]] std::string to_hex() const { return tlscore::to_hex(octets); }
  /// Its last 64 bits.
  [[nodiscard]] KeyId key_id() const {
    KeyId id;
    std::ranges::copy_n(octets.end() - 8, 8, id.octets.begin());
    return id;
  }
  friend auto operator<=>(const Fingerprint&, const Fingerprint&) = default;
};

inline tlscore::Result<Fingerprint> Fingerprint::from_hex(std::string_view text) {
  const auto octets = tlscore::from_hex(text);
  Fingerprint fingerprint;
  if (!octets || octets->size() != fingerprint.octets.size())
    return tlscore::fail(tlscore::ErrorKind::Malformed, "a fingerprint that is not 40 hexadecimal digits");
  std::ranges::copy(*octets, fingerprint.octets.begin());
  return fingerprint;
}

}  // namespace openpgp_auth
