// Who a gate's client is by its OpenPGP certificate.
#pragma once

#include <memory>
#include <optional>

#include "openpgp-auth/keyring_lookups.h"
#include "proxy/gate_client.h"
#include "tlscore/judge/outcome_cache.h"

namespace proxy {

/// What the keyring's answer makes of a client that has proved a key. `question.listed` is not looked at.
///
/// A key that is revoked, expired or not bound is refused whatever stands in an allow file. One that is sound
/// is known by its primary key's fingerprint; it has names where the keyring vouches for it, those that are
/// valid there.
[[nodiscard]] GateClient client_of_keyring(openpgp_auth::KeyQuestion question,
                                           const openpgp_auth::KeyringAnswer& answer);

/// What is remembered of such a client, and the client again. `presented` is what it showed.
[[nodiscard]] tlscore::judge::Outcome outcome_of_client(const GateClient& client);
[[nodiscard]] GateClient client_of_outcome(const tlscore::judge::Outcome& outcome);

/// Nothing where the client presented no OpenPGP certificate. A certificate that cannot be judged makes a
/// client that is refused. Who is remembered in `outcomes` is not looked up. Everything outlives the task.
[[nodiscard]] tlscore::Task<std::optional<GateClient>> judge_openpgp_client(
    openpgp_auth::KeyringLookups& keyring, tlscore::judge::OutcomeCache& outcomes,
    const tlscore::judge::Presented& presented, tlscore::Cancel& cancel);

}  // namespace proxy
