// Counting.
#include "tlscore/base/log_limit.h"

#include <string>
#include <utility>

namespace tlscore {

std::optional<std::size_t> LogLimit::admit(Time now) {
  if (m_written == 0 || now - m_began >= kInterval) {
    m_began = now;
    m_written = 0;
  }
  if (m_written == kLines) {
    ++m_left_out;
    return std::nullopt;
  }
  ++m_written;
  return std::exchange(m_left_out, 0);
}

void LogLimit::log(LogLevel level, std::string_view line, LogFields fields) {
  const auto left_out = admit(std::chrono::steady_clock::now());
  if (!left_out) return;
  if (*left_out > 0)
    tlscore::log(level, std::to_string(*left_out) + " more lines like the next were left out");
  tlscore::log(level, line, fields);
}

}  // namespace tlscore
