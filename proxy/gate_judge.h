// The judgement of a gate's client.
#pragma once

#include "proxy/gate_client.h"
#include "proxy/gate_settings.h"
#include "tlscore/judge/judgement.h"
#include "tlscore/tls/engine.h"

namespace proxy {

/// What a client showed in the handshake, ready to be judged: now, and again when the finding has expired.
/// `openpgp` is what key_of_openpgp() made of its OpenPGP certificate (gate_openpgp.h); empty: as it was
/// sent.
[[nodiscard]] tlscore::judge::Presented presented_by_client(const tlscore::tls::Engine& engine,
                                                            tlscore::Bytes openpgp);

/// Who it is. Never an error: whom nobody vouches for is known by the key alone, and who showed nothing is
/// nobody. Everything outlives the task.
[[nodiscard]] tlscore::Task<GateClient> judge_client(const GateSettings& settings,
                                                     const tlscore::judge::Presented& presented,
                                                     tlscore::Cancel& cancel);

}  // namespace proxy
