// What one connection adds to mbedTLS's own handshake state, where our wraps of its functions find it.
#pragma once

#include <mbedtls/ssl.h>

#include <memory>
#include <optional>

#include "tlscore/tls/openpgp_handshake.h"
#include "tlscore/tls/token_key.h"

namespace tlscore::tls {

/// Hangs on the library's connection (`mbedtls_ssl_set_user_data_p`) for as long as that lives.
struct HandshakeState {
  bool keys_derived = false;          ///< TLS 1.2: the key block is there.
  std::optional<TokenKey> token_key;  ///< Ours, once an identity may be shown.
  /// The peer lists rsa_pkcs1_sha256_legacy (RFC 9963) among the signatures that it takes.
  bool takes_rsa_pkcs1 = false;
  bool takes_ed25519 = false;  ///< And ed25519 (RFC 8446).
  OpenPgpHandshake openpgp;

  static HandshakeState& of(mbedtls_ssl_context* ssl) {
    return *static_cast<HandshakeState*>(mbedtls_ssl_get_user_data_p(ssl));
  }
};

}  // namespace tlscore::tls
