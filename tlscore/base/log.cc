// The log: escaped, bounded, one write a line.
#include "tlscore/base/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

#include "tlscore/base/bytes.h"

namespace tlscore {
namespace {

std::atomic<LogLevel> g_most = LogLevel::Info;
LogSink g_sink = nullptr;

/// How many octets of well-formed UTF-8 start `text` (RFC 3629, section 4), or 0.
std::size_t utf8_length(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = octet(0);
  const std::size_t length = first < 0x80                    ? 1
                             : first >= 0xc2 && first < 0xe0 ? 2
                             : (first & 0xf0U) == 0xe0       ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((octet(i) & 0xc0U) != 0x80) return 0;
  }
  const bool overlong = (first == 0xe0 && octet(1) < 0xa0) || (first == 0xf0 && octet(1) < 0x90);
  const bool surrogate = first == 0xed && octet(1) >= 0xa0;
  const bool too_large = first == 0xf4 && octet(1) >= 0x90;
  const bool c1_control = first == 0xc2 && octet(1) < 0xa0;
  return overlong || surrogate || too_large || c1_control ? 0 : length;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto first = static_cast<std::uint8_t>(text[0]);
    const std::size_t length = first < 0x20 || first == 0x7f ? 0 : utf8_length(text);
    if (length == 0) {
      result += "\\x" + to_hex({&first, 1});
      text.remove_prefix(1);
    } else {
      result += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return result;
}

void log(LogLevel level, std::string_view line, LogFields fields) {
  if (level > g_most.load(std::memory_order_relaxed)) return;
  const std::string said = printable(line.substr(0, kMaxLineBytes));
  if (g_sink != nullptr && g_sink(level, said, fields)) return;
  static const bool is_journal = stderr_is_journal();
  std::string text = is_journal ? "<" + std::to_string(static_cast<int>(level)) + ">" : "latchkey: ";
  if (!is_journal && level == LogLevel::Error) text += "error: ";
  if (!is_journal && level == LogLevel::Warning) text += "warning: ";
  text += said + "\n";
  // One write, so that lines of several processes never mix. A log that cannot be written is no reason to
  // stop.
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

bool stderr_is_journal() {
  const char* const named = std::getenv("JOURNAL_STREAM");
  struct stat file{};
  if (named == nullptr || ::fstat(STDERR_FILENO, &file) != 0) return false;
  return std::string_view(named) == std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino);
}

void set_log_sink(LogSink sink) {
  g_sink = sink;
}

void set_log_level(LogLevel most) {
  g_most.store(most, std::memory_order_relaxed);
}

}  // namespace tlscore
