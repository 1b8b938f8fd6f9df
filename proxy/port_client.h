// The proxy's own port, as the short-lived commands use it: blocking, with a limit of time for each step.
#pragma once

#include <string>

#include "proxy/doctor_facts.h"
#include "tlscore/base/unique_fd.h"

namespace proxy {

/// A connection to the proxy at `address` ("127.0.0.1:6091", "[::1]:6091"). Without a limit its calls wait
/// for ever. Fails with Malformed for an address that is none, and with Unreachable when nothing listens
/// there.
[[nodiscard]] tlscore::Result<tlscore::UniqueFd> connect_to_port(
    const std::string& address, std::chrono::seconds limit = std::chrono::seconds{0});

/// What a program that uses the proxy at `address` gets for `target`, a path or an absolute URL, with that
/// Host. Reads at most 256 KiB.
///
/// Fails as connect_to_port does, with TimedOut when nobody answers within `limit`, as parse_port_answer
/// does, and as peer_owner does when it is not known who listens.
[[nodiscard]] tlscore::Result<PortAnswer> ask_port(const std::string& address, const std::string& target,
                                                   const std::string& host, std::chrono::seconds limit);

/// Reads a whole answer (the connection is closed behind it); `owner` is left 0. Fails as HttpResponseParser
/// does.
[[nodiscard]] tlscore::Result<PortAnswer> parse_port_answer(std::string_view text);

}  // namespace proxy
