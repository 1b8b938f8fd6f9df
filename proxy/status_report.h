// What the daemon tells about itself, as the JSON of `latchkey status --json` and as text for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "proxy/services.h"

namespace proxy {

/// Fields are added, never renamed:
///   version, pid, listen[], config, pac, armed, open
///   token { state, reason, label, serial, model, module, file_key, pin_prompt, pin_tries, signer_pid,
///           held_by[] { pid, name },
///           keys[] { label, type, fingerprint, public_key, uri, certificate, certificate_until } }
///   parties[] { hosts[], ports[], trust, local, demo, identity, key, key_problem,
///               judgements[] { destination, when, verdict, summary,
///                              findings[] { assessor, verdict, reason, warning } } }
///   connections[]        see connection_report.h
///   gates[]              see gate_report.h
///   tls_limits[] { party, identity, protocol, reason }    what is not tried again, e.g. TLS 1.3
///   cache { remembered, hits, misses, assessors { NAME { hits, shared_hits, misses } },
///           servers[] { server, state, reason, asked, failed, refused } }
///   keyring { looks }    how often gpg was asked about a party
///   refusals[]           see connection_report.h
///   browsers[] { browser, lacks[] }    the local CAs that it does not know; null while nobody has looked
///   longest_block_us     the longest time one round of work kept the loop, since the last report
/// `config` is the file, or "built-in"; `open` counts the connections that have a destination; judgements are
/// the last of each host, the newest first (last_judgements.h).
/// Times are RFC 3339 in UTC. A party's "key" is the fingerprint of the one on an armed token, or null and
/// "key_problem" says why; "public_key" is base64 of the SubjectPublicKeyInfo; "certificate_until" is null
/// without a valid certificate.
[[nodiscard]] nlohmann::json status_report(Services& services);

/// Of those that have a destination.
inline constexpr std::size_t kShownConnections = 100;

/// The same for the status page, made again and again while somebody looks: without longest_block_us, which
/// starts anew with every report that has it, and of connections only the first kShownConnections.
[[nodiscard]] nlohmann::json live_report(const Services& services);

/// The same for a terminal; control characters of the token's own words are escaped.
[[nodiscard]] std::string status_text(const nlohmann::json& report);

}  // namespace proxy
