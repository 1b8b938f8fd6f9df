// Starts a child process and learns how it ended, and whether it was stopped, on an event loop.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tlscore/base/event_loop.h"
#include "tlscore/base/launch.h"
#include "tlscore/base/result.h"
#include "tlscore/base/unique_fd.h"

namespace tlscore {

/// How a process ended, for a sentence: "it was killed by SIGSEGV (Segmentation fault)", "it ended with
/// status 3".
[[nodiscard]] std::string describe_exit(int wait_status);

/// The exit status of a process that has ended, or 128 and the signal that ended it, as shells have it.
[[nodiscard]] int exit_status(int wait_status);

/// "SIGKILL".
[[nodiscard]] std::string signal_name(int number);

/// A child in a process group of its own. Destroying it kills the group (SIGKILL) and reaps the child.
class ChildProcess {
 public:
  using Options = Launch;  ///< No search, and a group of its own, as it stands there.
  /// Called once, from the loop, with the wait status. Not after destruction.
  using OnExit = std::move_only_function<void(int wait_status)>;

  /// Called from the loop each time that a signal (SIGSTOP, SIGTSTP, ...) has stopped the child, which still
  /// stands: one that goes on before the loop sees it has not stopped. May destroy the child.
  using OnStopped = std::function<void(int signal_number)>;

  /// Fails as launch() does (launch.h). Of the event loops of a process
  /// only one may have children: libevent hears of signals (SIGCHLD) on one.
  static Result<std::unique_ptr<ChildProcess>> start(EventLoop& loop, const Options& options, OnExit on_exit);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void on_stopped(OnStopped listener) { m_on_stopped = std::move(listener); }
  [[nodiscard]] pid_t pid() const { return m_pid; }
  /// Sends a signal to the whole group. Nothing happens when it has ended.
  void signal(int number) const;

 private:
  ChildProcess() = default;
  [[nodiscard]] Result<void> watch(EventLoop& loop);
  static void on_ended(int fd, short what, void* self) noexcept;
  static void on_changed(int fd, short what, void* self) noexcept;

  pid_t m_pid = -1;
  UniqueFd m_pidfd;
  Event m_ended;
  Event m_changed;  ///< SIGCHLD, of any child.
  OnExit m_on_exit;
  OnStopped m_on_stopped;
};

}  // namespace tlscore
