// One question to the proxy's own port over HTTP, for `latchkey doctor`. Blocking: for short-lived commands
// only.
#pragma once

#include <string>

#include "proxy/doctor_facts.h"

namespace proxy {

/// What a program that uses the proxy at `address` ("127.0.0.1:6091") gets for `target`, a path or an
/// absolute URL, with that Host. Reads at most 256 KiB.
///
/// Fails with Unreachable when nothing listens there, with TimedOut when nobody answers within `limit`, with
/// Malformed when the answer is no HTTP, and as peer_owner does when it is not known who listens.
[[nodiscard]] tlscore::Result<PortAnswer> ask_port(const std::string& address, const std::string& target,
                                                   const std::string& host, std::chrono::seconds limit);

/// Reads a whole answer (the connection is closed behind it); `owner` is left 0. Fails with Malformed.
[[nodiscard]] tlscore::Result<PortAnswer> parse_port_answer(std::string_view text);

}  // namespace proxy
