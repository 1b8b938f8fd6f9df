// What ends a wait for a person inside the signer: the proxy's word, a time limit, a signal.
//
// The signer is single-threaded and blocking; it waits for people in this one place.
#pragma once

#include <chrono>
#include <optional>

#include "tlscore/base/result.h"
#include "tlscore/base/unique_fd.h"

namespace tlscore::token {

/// While it lives, SIGINT, SIGTERM and SIGHUP do not end the process: they end the wait, so that whoever
/// waits can put a terminal back in order, and are delivered afterwards.
class Interruption {
 public:
  /// Anything to read on `stop_fd` (a Stop message, or the end of the proxy) ends the wait; -1 for none. The
  /// octets stay there.
  Interruption(int stop_fd, std::optional<std::chrono::seconds> limit);
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// Waits until `fd` can be read. Fails with Cancelled or TimedOut.
  [[nodiscard]] Result<void> wait_readable(int fd) const;

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] int milliseconds_left() const;

  int m_stop_fd;
  std::optional<Clock::time_point> m_deadline;
  UniqueFd m_signals;  ///< signalfd(2)
};

}  // namespace tlscore::token
