// What a gate shows of itself on one connection, and who signs for it: a key in memory, or a token.
#pragma once

#include <memory>

#include "proxy/gate_settings.h"
#include "proxy/tokens.h"
#include "tlscore/tls/engine_settings.h"

namespace proxy {

struct GateCredential {
  std::shared_ptr<const tlscore::tls::ServerCredential> shown{};  ///< Never null.
  std::shared_ptr<ArmedToken> token{};                            ///< Null: the key is in memory.
  tlscore::tls::Version lowest = tlscore::tls::Version::Tls12;
  tlscore::tls::Version highest = tlscore::tls::Version::Tls13;
  std::string why_limited{};  ///< A clause that says why not every version is spoken; empty: they are.
};

/// Waits for nothing, and has nobody asked for a PIN: whoever comes to a gate is a stranger. Fails with
/// Disarmed while no armed token holds the key, and where the one it holds is not the certificate's.
/// `tokens` null: there are none.
[[nodiscard]] tlscore::Result<GateCredential> gate_credential(const GateServerIdentity& identity,
                                                              const Tokens* tokens);

}  // namespace proxy
