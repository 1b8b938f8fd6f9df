// What the subcommands have in common: their arguments, their options, their exit statuses.
#pragma once

#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tlscore/base/result.h"

namespace proxy {

/// Arguments after the subcommand's name.
using Arguments = std::span<const char* const>;

/// Exit statuses that mean the same everywhere (DESIGN, "Commands").
enum ExitStatus : int { kSuccess = 0, kFailure = 1, kUsage = 2, kNotRunning = 3 };

/// A command line, read: options with and without a value, and the rest in order.
struct ParsedArguments {
  std::vector<std::string> flags;                           ///< "--json"
  std::vector<std::pair<std::string, std::string>> values;  ///< {"--config", "FILE"}
  std::vector<std::string> rest;

  [[nodiscard]] bool has(std::string_view flag) const;
  /// The last value of an option, or nothing.
  [[nodiscard]] std::string value(std::string_view option) const;
};

/// Reads `arguments`: those in `flags` stand alone, those in `options` take a value ("--x V" or "--x=V");
/// "--" ends them. `--help` is always a flag. Fails with Malformed, naming what is not known.
[[nodiscard]] tlscore::Result<ParsedArguments> parse_arguments(Arguments arguments,
                                                               std::span<const std::string_view> flags,
                                                               std::span<const std::string_view> options);

/// Prints "latchkey NAME: sentence" and returns `status`.
int complain(std::ostream& err, std::string_view command, const tlscore::Error& error, int status);

}  // namespace proxy
