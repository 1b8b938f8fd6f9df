// Starts a child process and learns how it ended, on an event loop.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tlscore/base/event_loop.h"
#include "tlscore/base/result.h"
#include "tlscore/base/unique_fd.h"

namespace tlscore {

/// How a process ended, for a sentence: "it was killed by SIGSEGV (Segmentation fault)", "it ended with
/// status 3".
[[nodiscard]] std::string describe_exit(int wait_status);

/// A child in a process group of its own. Destroying it kills the group (SIGKILL) and reaps the child.
class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> arguments;            ///< The program's path first; no search, no shell.
    std::vector<std::pair<int, int>> descriptors;  ///< (ours, its number there). 0, 1 and 2 are inherited.
    std::vector<std::string> environment;  ///< "NAME=value" replaces or joins ours, "NAME" leaves it out.
  };
  /// Called once, from the loop, with the wait status. Not after destruction.
  using OnExit = std::move_only_function<void(int wait_status)>;

  /// Fails with NotFound when the program is not there, else with Internal.
  static Result<std::unique_ptr<ChildProcess>> start(EventLoop& loop, const Options& options, OnExit on_exit);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] pid_t pid() const { return m_pid; }
  /// Sends a signal to the whole group. Nothing happens when it has ended.
  void signal(int number) const;

 private:
  ChildProcess() = default;
  static void on_ended(int fd, short what, void* self) noexcept;

  pid_t m_pid = -1;
  UniqueFd m_pidfd;
  Event m_ended;
  OnExit m_on_exit;
};

}  // namespace tlscore
