// Runs another program to its end, for a command or a thread that has nothing else to do meanwhile.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "tlscore/base/result.h"

namespace tlscore {

struct ProgramEnd {
  int status = 0;  ///< Its exit status, or 128 and the signal that ended it.
  std::string output;
  std::string errors;  ///< On one line, cut at 500 octets.
};

/// `command` begins with the program, looked for in $PATH; no shell. `input` is all that it can read. It is
/// ended after `limit`, and what it writes beyond 2 MiB is dropped. Blocks, whatever signals come meanwhile.
/// Fails as launch() does (launch.h), and with TimedOut.
[[nodiscard]] Result<ProgramEnd> run_program(const std::vector<std::string>& command, std::string_view input,
                                             std::chrono::milliseconds limit = std::chrono::seconds(30));

}  // namespace tlscore
