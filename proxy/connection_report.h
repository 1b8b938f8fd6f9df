// A connection that lives, and what was refused, as `status` shows them: of the proxy, and of gates.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "proxy/live_connections.h"

namespace proxy {

/// Fields are added, never renamed:
///   id, since, asked_by, party, phase, local, protocol, alpn, identity, judgement, resumed,
///   bytes_to_party, bytes_to_client,
///   shown { form, fingerprint, name }   what the other side saw of us; null: nothing, or not yet
///   peer { form, fingerprint, name }    what it showed
///   shown_in_clear                      what was shown crossed the network as it is (TLS 1.2)
/// `form` is "openpgp", "openpgp-x509", "x509" or "key". A connection that was resumed has in both what its
/// full handshake had. Of a gate's connection `party` is the client's address.
[[nodiscard]] nlohmann::json connection_report(const LiveConnection& connection);
[[nodiscard]] std::string connection_text(const nlohmann::json& report);

/// The last ones: [{ when, asked_for, reason }].
[[nodiscard]] nlohmann::json refusals_report(const LiveConnections& connections);
[[nodiscard]] std::string refusal_text(const nlohmann::json& report);

/// RFC 3339, to the second, UTC.
[[nodiscard]] std::string rfc3339(std::chrono::system_clock::time_point time);

/// A text of a report, or "-".
[[nodiscard]] std::string dash_if_empty(const nlohmann::json& text);

/// What a report's `shown` or `peer` says, as CertificateSummary::text does.
[[nodiscard]] std::string summary_text(const nlohmann::json& summary);

}  // namespace proxy
