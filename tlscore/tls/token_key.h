// A key for mbedTLS that is somewhere else: the library asks it to sign, is told "not yet", and asks again.
//
// It is the library's own kind of key (mbedtls_pk_info_t), and not one of its official ways to a foreign key:
// those know no RSA-PSS, or are deprecated.
#pragma once

#include <mbedtls/pk.h>

#include <optional>

#include "tlscore/base/result.h"
#include "tlscore/tls/identity.h"
#include "tlscore/x509/signature.h"

namespace tlscore::tls {

/// What signing with a token's key returns while the signature is being made.
inline constexpr int kSignatureIsComing = -0x6500;  // MBEDTLS_ERR_SSL_ASYNC_IN_PROGRESS

/// Lives as long as the handshake that it signs for. Neither copied nor moved: pk() points to it.
class TokenKey {
 public:
  explicit TokenKey(const Identity& identity);
  TokenKey(const TokenKey&) = delete;
  TokenKey& operator=(const TokenKey&) = delete;

  [[nodiscard]] mbedtls_pk_context* pk() { return &m_pk; }
  [[nodiscard]] const Identity& identity() const { return m_identity; }
  /// An RSA key that cannot sign as TLS 1.3 usually wants.
  [[nodiscard]] bool lacks_rsa_pss() const {
    return m_identity.key.type() == x509::PublicKey::Type::Rsa && !m_identity.can_rsa_pss;
  }

  /// What is to be signed, while it is: from the first question until the answer was used.
  [[nodiscard]] const std::optional<x509::SignatureRequest>& wanted() const { return m_wanted; }
  void give(Bytes signature) { m_signature = std::move(signature); }
  [[nodiscard]] bool waiting() const { return m_wanted.has_value() && m_signature.empty(); }

  /// The library's question. Returns 0 and the signature, kSignatureIsComing, or another error of its own.
  int sign(x509::SignatureScheme scheme, mbedtls_md_type_t hash, ByteView digest,
           std::span<std::uint8_t> into, std::size_t& size);

  /// The signature that was wanted, once it was given; kSignatureIsComing before that.
  int take_signature(std::span<std::uint8_t> into, std::size_t& size);

  /// Makes an empty library's key stand for an Ed25519 key in a certificate that was not parsed. The library
  /// can do nothing with it, and is not to be asked: the wraps see to that.
  static void stand_for_ed25519(mbedtls_pk_context& pk);
  [[nodiscard]] static bool stands_for_ed25519(const mbedtls_pk_context& pk);

  /// The token key behind a library's key, or null when it is another kind.
  static TokenKey* from(mbedtls_pk_context* pk);

 private:
  const Identity& m_identity;
  mbedtls_pk_context m_pk;
  std::optional<x509::SignatureRequest> m_wanted;
  Bytes m_signature;
};

}  // namespace tlscore::tls
