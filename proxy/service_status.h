// Tells systemd how the daemon fares: that it is ready, a line for `systemctl status`, and that it is alive.
#pragma once

#include <memory>

#include "proxy/tokens.h"
#include "tlscore/base/event_loop.h"

namespace proxy {

/// What is told is looked at again every second, and sent when it has changed. The watchdog's word is said
/// from the loop, so that a loop that hangs is noticed.
class ServiceStatus {
 public:
  /// Null where nobody wants to know. Says READY.
  static std::unique_ptr<ServiceStatus> start(tlscore::EventLoop& loop, const Tokens& tokens);
  ~ServiceStatus();  ///< Says STOPPING.
  ServiceStatus(const ServiceStatus&) = delete;
  ServiceStatus& operator=(const ServiceStatus&) = delete;

 private:
  ServiceStatus(tlscore::EventLoop& loop, const Tokens& tokens) : m_loop(loop), m_tokens(tokens) {}
  void tick();

  tlscore::EventLoop& m_loop;
  const Tokens& m_tokens;
  std::string m_told;
  std::chrono::steady_clock::time_point m_alive_until{};
  std::unique_ptr<tlscore::Timer> m_timer;
};

/// One line: "armed: TOKEN", "locked: ...", "no token is in".
[[nodiscard]] std::string service_status_line(const Tokens& tokens);

}  // namespace proxy
