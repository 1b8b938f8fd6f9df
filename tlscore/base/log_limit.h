// A bound for lines of the log that others can cause at will: refusals, above all.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include "tlscore/base/log.h"

namespace tlscore {

/// One for each kind of line, so that a flood of one kind hides no other. Not thread-safe.
class LogLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// So many lines are written in an interval that begins with the first of them.
  static constexpr std::size_t kLines = 20;
  static constexpr std::chrono::seconds kInterval{10};

  /// Writes the line, unless there were enough; and before it how many were left out since the last.
  void log(LogLevel level, std::string_view line, LogFields fields = {});

  /// Nothing where a line that comes now is to be left out, else how many were. Pure but for the count.
  std::optional<std::size_t> admit(Time now);

 private:
  Time m_began{};
  std::size_t m_written = 0;  ///< In this interval.
  std::size_t m_left_out = 0;
};

}  // namespace tlscore
