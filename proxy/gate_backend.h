// A connection from a gate to its backend.
#pragma once

#include <memory>

#include "proxy/gate_config.h"
#include "tlscore/base/cancel.h"
#include "tlscore/base/socket.h"
#include "tlscore/base/task.h"

namespace proxy {

/// Connects. Fails with Unreachable (also where a UNIX socket's queue is full), TimedOut, Internal, or as
/// `cancel` says.
[[nodiscard]] tlscore::Task<tlscore::Result<std::unique_ptr<tlscore::Socket>>> connect_backend(
    tlscore::EventLoop& loop, GateBackend backend, tlscore::Cancel& cancel);

}  // namespace proxy
