// A process of its own that starts programs, for a process that may no longer do so itself.
//
// A process that gives up exec (call_filter.h) must still have a few programs started: it forks a launcher
// first, which has seen nothing from outside, says yes to these programs alone, and makes them children of
// the process that asked (CLONE_PARENT): so that this one waits for them and ends them as ever.
#pragma once

#include <array>
#include <csignal>
#include <functional>
#include <mutex>

#include "tlscore/base/launch.h"
#include "tlscore/base/unique_fd.h"

namespace tlscore {

/// What every started program finds as the system has it.
inline constexpr std::array kSignalsToDefault = {SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGCHLD};

/// Once in a process's life. The launcher ends with the process.
class Launcher {
 public:
  struct Options {
    /// Called in the launcher. What it is false for is refused; the descriptors' own numbers mean nothing.
    std::function<bool(const Launch&)> allows;
    /// What is started gets this signal when the thread ends that called start(); 0: none.
    int signal_at_parents_end = 0;
  };

  /// Forks it, and launch() goes there from now on. While there is one thread. Fails with Internal.
  static Result<void> start(const Options& options);

  /// Null before start().
  [[nodiscard]] static const Launcher* of_this_process();

  /// See launch.h.
  [[nodiscard]] Result<pid_t> launch(const Launch& what) const;

 private:
  explicit Launcher(UniqueFd socket) : m_socket(std::move(socket)) {}

  UniqueFd m_socket;
  mutable std::mutex m_one_at_a_time;
};

}  // namespace tlscore
