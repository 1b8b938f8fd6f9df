// What `latchkey explain` says, as JSON and as text.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "proxy/party_link.h"

namespace proxy {

/// The target of a URL (https, http) or of `host` or `host:port`. Fails with Malformed.
[[nodiscard]] tlscore::Result<Authority> parse_explained_url(const std::string& url);

/// Fields are added, never renamed: url, party, verdict, summary, trust, findings[] {assessor, verdict,
/// reason}, protocol, protocol_note, certificate {subject, issuer, not_after, key_sha256}, certificate_asked,
/// identity, identity_form, identity_name, identity_note, identity_in_clear.
[[nodiscard]] nlohmann::json explain_report(const Destination& destination, const Explanation& explanation);

[[nodiscard]] std::string explain_text(const nlohmann::json& report);

}  // namespace proxy
