// An Ed25519 key in memory, by libsodium, where a test wants signatures of one and no file.
#pragma once

#include <gtest/gtest.h>
#include <sodium.h>

#include <array>

#include "tlscore/x509/self_signed.h"

namespace tlscore::x509 {

class SeededEd25519Key {
 public:
  /// The same key for the same number.
  explicit SeededEd25519Key(std::uint8_t number = 1) {
    std::array<std::uint8_t, crypto_sign_ed25519_SEEDBYTES> seed{};
    seed.fill(number);
    crypto_sign_ed25519_seed_keypair(m_point.data(), m_secret.data(), seed.data());
  }

  [[nodiscard]] PublicKey public_key() const { return *PublicKey::from_ed25519(m_point); }
  [[nodiscard]] ByteView point() const { return m_point; }

  [[nodiscard]] Bytes sign(ByteView message) const {
    Bytes signature(crypto_sign_ed25519_BYTES);
    crypto_sign_ed25519_detached(signature.data(), nullptr, message.data(), message.size(), m_secret.data());
    return signature;
  }

  /// `options.key` is taken from here.
  [[nodiscard]] Certificate self_sign(SelfSignedOptions options) const {
    options.key = public_key();
    const auto draft = draft_self_signed(options);
    EXPECT_TRUE(draft) << draft.error().message;
    auto certificate = draft->finish(sign(draft->request().digest));
    EXPECT_TRUE(certificate) << certificate.error().message;
    return *certificate;
  }

 private:
  std::array<std::uint8_t, crypto_sign_ed25519_PUBLICKEYBYTES> m_point{};
  std::array<std::uint8_t, crypto_sign_ed25519_SECRETKEYBYTES> m_secret{};
};

}  // namespace tlscore::x509
