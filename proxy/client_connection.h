// One client's connection to the port, from its first octet to its end.
#pragma once

#include "proxy/services.h"
#include "tlscore/base/task.h"
#include "tlscore/base/unique_fd.h"

namespace proxy {

/// Serves a connection of this user's.
tlscore::Task<void> serve_client(Services& services, tlscore::UniqueFd fd);

/// Answers a connection of somebody else's with a refusal, whatever it says, and closes it.
tlscore::Task<void> refuse_stranger(Services& services, tlscore::UniqueFd fd, tlscore::Error why);

}  // namespace proxy
