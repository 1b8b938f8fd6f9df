// Which user of this machine holds the other end of a connection.
#pragma once

#include <sys/types.h>

#include "tlscore/base/result.h"

namespace proxy {

/// The user at the other end of a connected stream socket: of TCP over loopback, by the connection's four
/// addresses in the kernel's socket table (sock_diag(7)); of a UNIX socket, by SO_PEERCRED.
///
/// To be called once, right after accept, before anything that was read is believed. Takes microseconds: the
/// kernel answers within the call, nothing is waited for.
///
/// Never guesses. Fails with Closed unless the connection is ESTABLISHED at both ends and somebody holds the
/// other one: the table says user 0 of a socket that was closed, so whoever sends and closes at once is
/// unknown. Fails with Refused when an end is no loopback address, with NotFound or Malformed when the table
/// has no answer about exactly this connection, and with Internal when it cannot be asked. Every failure
/// means "unknown", which is nobody's permission.
[[nodiscard]] tlscore::Result<uid_t> peer_owner(int connected_fd);

}  // namespace proxy
