// A child process with pipes on its standard input and output, for a dialogue. Signer process only: it
// blocks.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "tlscore/base/result.h"
#include "tlscore/base/unique_fd.h"

namespace tlscore::token {

/// Kills (SIGKILL) and reaps the child when it goes. It is in our process group, and the signer's launcher
/// has it go with the signer (signer_limits.h).
class PipedChild {
 public:
  /// `arguments` begin with the program, which is looked for in $PATH unless it has a slash in it. Fails as
  /// launch() does (launch.h).
  [[nodiscard]] static Result<PipedChild> start(const std::vector<std::string>& arguments);
  ~PipedChild();
  PipedChild(PipedChild&& other) noexcept;
  PipedChild& operator=(PipedChild&&) = delete;
  PipedChild(const PipedChild&) = delete;
  PipedChild& operator=(const PipedChild&) = delete;

  /// Writes all of `text`. Fails with Closed when nobody reads it.
  [[nodiscard]] Result<void> write(std::string_view text) const;
  /// The reading end of the child's output.
  [[nodiscard]] int output() const { return m_output.get(); }

 private:
  PipedChild() = default;

  pid_t m_pid = -1;
  UniqueFd m_input;
  UniqueFd m_output;
};

}  // namespace tlscore::token
