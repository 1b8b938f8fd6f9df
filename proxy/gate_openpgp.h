// Who a gate's client is by its OpenPGP certificate.
#pragma once

#include <memory>
#include <optional>

#include "openpgp-auth/keyring_lookups.h"
#include "proxy/gate_client.h"
#include "tlscore/judge/assessor.h"

namespace proxy {

/// What the keyring's answer makes of a client that has proved a key. `question.listed` is not looked at.
///
/// A key that is revoked, expired or not bound is refused whatever stands in an allow file. One that is sound
/// is known by its primary key's fingerprint; it has names where the keyring vouches for it, those that are
/// valid there.
[[nodiscard]] GateClient client_of_keyring(openpgp_auth::KeyQuestion question,
                                           const openpgp_auth::KeyringAnswer& answer);

/// Nothing where the client presented no OpenPGP certificate. A certificate that cannot be judged makes a
/// client that is refused. Everything outlives the task.
[[nodiscard]] tlscore::Task<std::optional<GateClient>> judge_openpgp_client(
    openpgp_auth::KeyringLookups& keyring, const tlscore::judge::Presented& presented,
    tlscore::Cancel& cancel);

}  // namespace proxy
