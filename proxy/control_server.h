// The socket through which `latchkey status`, `unlock`, `explain` and the others talk to the daemon.
//
// One line of JSON a request, one line an answer; {"command": "..."} and {"ok": true, ...} or {"ok": false,
// "kind": "...", "error": "..."}. It is a UNIX socket in a folder of mode 0700, and only this user is
// answered.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "proxy/services.h"
#include "tlscore/base/cancel.h"
#include "tlscore/base/log_limit.h"
#include "tlscore/base/socket.h"

namespace proxy {

/// No request or answer is longer.
inline constexpr std::size_t kMaxControlBytes = std::size_t{4} * 1024 * 1024;
inline constexpr std::size_t kMaxControlRequestBytes = std::size_t{64} * 1024;

class ControlServer {
 public:
  /// What the daemon does for a client, besides what Services can.
  struct Actions {
    std::function<tlscore::Result<void>()> reload;
    std::function<void()> stop;
  };

  /// Listens at `path`, in place of a socket there that nobody listens at. Fails with Refused when a daemon
  /// of this user runs already.
  static tlscore::Result<std::unique_ptr<ControlServer>> start(Services& services, Actions actions,
                                                               std::string path);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

  /// Ends the conversations that there are.
  void stop();

 private:
  ControlServer(Services& services, Actions actions, std::string path);
  static void on_accept(int fd, short what, void* self) noexcept;
  tlscore::Task<void> serve(tlscore::UniqueFd fd);

  Services& m_services;
  Actions m_actions;
  std::string m_path;
  tlscore::UniqueFd m_fd;
  tlscore::Event m_accept;
  tlscore::LogLimit m_log_of_strangers;
  tlscore::Cancel m_cancel;
};

}  // namespace proxy
