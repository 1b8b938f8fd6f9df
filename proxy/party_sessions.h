// For which connections a session may be resumed: those that would be judged, and shown an identity, just as
// the one that it came from.
#pragma once

#include <string>

#include "proxy/destination.h"
#include "tlscore/tls/engine.h"

namespace proxy {

/// Names everything that judgement and identity of a connection depend on: the party with its trust settings,
/// host, port, local mode, what is offered in the handshake, the keyring (`keyring`, its generation), what is
/// said of revocation (`crls`, see PartyTrust::crls_state), and the key (`identity`, a fingerprint; empty:
/// none) with its token (`token`, by whatever tells it from others). What may change behind unchanged
/// settings (the roots' file) is not in it: reading the settings again forgets all sessions.
[[nodiscard]] std::string session_key(const Destination& destination,
                                      const tlscore::tls::ClientSettings& settings, std::string_view keyring,
                                      std::string_view crls, std::string_view identity,
                                      std::string_view token);

}  // namespace proxy
