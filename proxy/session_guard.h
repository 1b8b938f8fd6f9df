// Takes the PIN from the tokens when the user is not there to use them: the machine sleeps, his screen is
// locked, he has logged out, or another user has the seat. logind tells (udev/logind_watcher.h).
#pragma once

#include <memory>

#include "proxy/machine_tokens.h"
#include "udev/logind_watcher.h"

namespace proxy {

/// On the loop's thread. `tokens` outlive it, and the tasks that it started.
class SessionGuard {
 public:
  /// Before the tokens are looked for: whoever is away at the start is not asked for a PIN. Where there is no
  /// system bus it does nothing, and says so in the log once.
  SessionGuard(tlscore::EventLoop& loop, MachineTokens& tokens);
  SessionGuard(const SessionGuard&) = delete;
  SessionGuard& operator=(const SessionGuard&) = delete;
  ~SessionGuard() = default;

 private:
  std::unique_ptr<udev::LogindWatcher> m_logind;
};

}  // namespace proxy
