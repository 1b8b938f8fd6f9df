// What each command on the control socket does. The socket itself is control_server.h's.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "proxy/control_server.h"
#include "proxy/credentials.h"

namespace proxy {

/// One client's conversation: what it has lent us and been given, until it closes.
struct ControlConversation {
  tlscore::UniqueFd terminal;                 ///< Came with the request; consumed by `unlock`.
  std::unique_ptr<Credentials::Lease> lease;  ///< Of `lease`.
};

/// Reads one request line (without its end) and gives the answer, always an object. `cancel` is requested
/// when the client has gone.
tlscore::Task<nlohmann::json> answer_control(Services& services, const ControlServer::Actions& actions,
                                             std::string line, ControlConversation& conversation,
                                             tlscore::Cancel& cancel);

}  // namespace proxy
