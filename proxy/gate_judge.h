// The judgement of a gate's client.
#pragma once

#include "proxy/gate_client.h"
#include "proxy/settings.h"
#include "tlscore/judge/judgement.h"
#include "tlscore/tls/engine.h"

namespace proxy {

/// What a client showed in the handshake, ready to be judged: now, and again when the finding has expired.
[[nodiscard]] tlscore::judge::Presented presented_by_client(const tlscore::tls::Engine& engine);

/// Who it is. Never an error: whom nobody vouches for is known by the key alone, and who showed nothing is
/// nobody. Everything outlives the task.
[[nodiscard]] tlscore::Task<GateClient> judge_client(const PartyTrust& trust,
                                                     const tlscore::judge::Presented& presented,
                                                     tlscore::Cancel& cancel);

}  // namespace proxy
