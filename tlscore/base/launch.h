// Starts other programs: by the process itself, or by its launcher once it has given that up (launcher.h).
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "tlscore/base/result.h"

namespace tlscore {

/// A program, and what it is given. No shell.
struct Launch {
  std::vector<std::string> arguments;              ///< The program first.
  std::vector<std::pair<int, int>> descriptors{};  ///< (ours, its number there). 0, 1 and 2 are inherited.
  std::vector<std::string> environment{};          ///< "NAME=value" replaces or joins, "NAME" leaves out.
  bool search_path = false;                        ///< Look in $PATH, where its name has no slash.
  bool own_group = true;                           ///< Leads a process group of its own.

  friend bool operator==(const Launch&, const Launch&) = default;
};

/// Starts it as a child of this process, with default signals and nothing blocked. Its environment is
/// that of whoever starts it. Thread-safe; takes a few milliseconds. The caller waits for its end (waitpid).
///
/// Fails with NotFound when the program is not there, with Refused when this process's launcher does not
/// start such a program, and with Internal.
[[nodiscard]] Result<pid_t> launch(const Launch& what);

/// `environment` as Launch has it, on top of this process's.
[[nodiscard]] std::vector<std::string> merged_environment(const std::vector<std::string>& environment);

/// As exec wants strings: borrowed, ended by a null pointer.
[[nodiscard]] std::vector<char*> as_argv(const std::vector<std::string>& strings);

/// The error of a program that could not be started, by errno.
[[nodiscard]] Error launch_error(const std::string& program, int error_number);

}  // namespace tlscore
