// What we may show of ourselves in a handshake: certificates, and which signatures their key can make.
#pragma once

#include <vector>

#include "tlscore/base/bytes.h"
#include "tlscore/x509/public_key.h"

namespace tlscore::tls {

/// Immutable once a handshake has it; shared by the connections that show it.
struct Identity {
  std::vector<Bytes> chain;  ///< DER certificates, our own first; may be empty where `openpgp` is not.
  x509::PublicKey key;       ///< The key in the first one, and the one that `openpgp` names.
  /// An RSA key whose token makes RSA-PSS, which TLS 1.3 needs (RFC 8446, section 4.2.3).
  bool can_rsa_pss = false;
  /// The body of our OpenPGP Certificate message (RFC 6091, section 3.3), for TLS 1.2; empty: there is none.
  Bytes openpgp{};
};

}  // namespace tlscore::tls
