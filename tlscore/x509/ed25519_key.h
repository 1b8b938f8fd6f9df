// An Ed25519 private key that lies in memory: a gate's. See private_key.h for the other kinds.
#pragma once

#include <array>
#include <string_view>

#include "tlscore/x509/public_key.h"

namespace tlscore::x509 {

/// Owns the key, and wipes it when it goes. Immutable; any thread may sign.
class Ed25519Key {
 public:
  /// Does this PEM text hold an unencrypted PKCS#8 key of id-Ed25519? Looks no further.
  [[nodiscard]] static bool is_in(std::string_view pem);

  /// Reads the first such block (RFC 8410, section 7; attributes and a public key behind it are not looked
  /// at). Fails with Malformed.
  static Result<Ed25519Key> parse_pem(std::string_view pem);

  ~Ed25519Key();
  Ed25519Key(Ed25519Key&&) noexcept;
  Ed25519Key(const Ed25519Key&) = delete;
  Ed25519Key& operator=(Ed25519Key&&) = delete;
  Ed25519Key& operator=(const Ed25519Key&) = delete;

  [[nodiscard]] const PublicKey& public_key() const { return m_public; }

  /// A signature of the message itself, 64 octets.
  [[nodiscard]] Bytes sign(ByteView message) const;

 private:
  /// As libsodium has it: seed and public key.
  using Octets = std::array<std::uint8_t, 64>;
  Ed25519Key(const Octets& secret, PublicKey public_key)
      : m_secret(secret), m_public(std::move(public_key)) {}

  Octets m_secret;
  PublicKey m_public;
};

}  // namespace tlscore::x509
