// A command's end of the control socket: asks the daemon of this user, and waits for its answer.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tlscore/base/result.h"
#include "tlscore/base/unique_fd.h"

namespace proxy {

/// Blocking: for short-lived commands only.
class ControlClient {
 public:
  /// Fails with Unreachable when no daemon of this user's runs.
  static tlscore::Result<ControlClient> connect();

  /// Sends {"command": ...} and returns the answer. `descriptor`, unless -1, goes along (SCM_RIGHTS). Fails
  /// with the daemon's own error when it says no, and with Closed when it ended.
  tlscore::Result<nlohmann::json> ask(const nlohmann::json& request, int descriptor = -1);

  [[nodiscard]] int fd() const { return m_fd.get(); }

 private:
  explicit ControlClient(tlscore::UniqueFd fd) : m_fd(std::move(fd)) {}

  tlscore::UniqueFd m_fd;
  std::string m_pending;
};

/// Where the control socket is: "control.sock" in the runtime folder (paths.h).
[[nodiscard]] tlscore::Result<std::string> control_socket_path();

}  // namespace proxy
