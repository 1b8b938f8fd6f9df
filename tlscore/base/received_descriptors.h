// The descriptors that came with a message on a UNIX socket.
#pragma once

#include <sys/socket.h>

#include <vector>

#include "tlscore/base/unique_fd.h"

namespace tlscore {

/// All of them (SCM_RIGHTS), in their order, after recvmsg(2): those that nobody keeps are closed. What had
/// no room in the message's control data the kernel has closed.
[[nodiscard]] std::vector<UniqueFd> received_descriptors(msghdr& message);

}  // namespace tlscore
