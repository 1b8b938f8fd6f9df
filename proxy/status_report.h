// What the daemon tells about itself, as the JSON of `latchkey status --json` and as text for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "proxy/services.h"

namespace proxy {

/// Fields are added, never renamed:
///   version, pid, listen[], pac, armed
///   token { state, reason, label, serial, model, module, file_key, pin_prompt, pin_tries, signer_pid,
///           held_by[] { pid, name },
///           keys[] { label, type, fingerprint, uri, certificate, certificate_until } }
///   parties[] { hosts[], ports[], trust, local, demo, identity, key, key_problem }
///   connections[] { id, since, asked_by, party, phase, protocol, identity, judgement, resumed,
///                 bytes_to_party, bytes_to_client }
///   tls_limits[] { party, identity, protocol, reason }    what is not tried again, e.g. TLS 1.3
///   refusals[] { when, asked_for, reason }
///   longest_block_us     the longest time one round of work kept the loop, since the last report
/// Times are RFC 3339 in UTC. A party's "key" is the fingerprint of the one on an armed token, or null and
/// "key_problem" says why; "certificate_until" is null without a valid certificate.
[[nodiscard]] nlohmann::json status_report(Services& services);

/// The same for a terminal; control characters of the token's own words are escaped.
[[nodiscard]] std::string status_text(const nlohmann::json& report);

/// RFC 3339, to the second, UTC.
[[nodiscard]] std::string rfc3339(std::chrono::system_clock::time_point time);

}  // namespace proxy
