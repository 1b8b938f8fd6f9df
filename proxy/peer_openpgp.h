// The OpenPGP certificate that the other side of a handshake showed, or only named.
#pragma once

#include <optional>

#include "openpgp-auth/keyring_lookups.h"
#include "tlscore/tls/engine.h"

namespace proxy {

/// The key that the OpenPGP certificate of this handshake means (tls::HandshakeAnswers::peer_key), nothing
/// for a client that shows none. `body` is set to the Certificate message's body, with the certificate in it
/// where the client only named one that the keyring has.
[[nodiscard]] tlscore::Task<tlscore::Result<std::optional<tlscore::x509::PublicKey>>> key_of_openpgp(
    openpgp_auth::KeyringLookups& keyring, const tlscore::tls::Engine& engine, tlscore::Bytes& body,
    tlscore::Cancel& cancel);

}  // namespace proxy
