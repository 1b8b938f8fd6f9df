// What Latchkey tells the person who reads its log: one line a fact, on standard error.
//
// Nothing secret goes in: no PIN, no key, no payload, and of what is visited no more than host and port. Text
// from outside is escaped here, so that nobody can forge a line or drive a terminal.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tlscore {

enum class LogLevel { Error = 3, Warning = 4, Notice = 5, Info = 6, Debug = 7 };

/// What the journal keeps beside a line, to be searched for: {"PARTY", "party.test:443"} is there as
/// LATCHKEY_PARTY=party.test:443. The names are those that latchkey(1) lists, in capitals.
struct LogField {
  std::string_view name;
  std::string_view value;  ///< Escaped and cut as a line is. An empty one is left out.
};
using LogFields = std::initializer_list<LogField>;

/// A line or a field of the log is cut to so many octets.
inline constexpr std::size_t kMaxLineBytes = 2048;

/// Writes one line at `level`, control characters escaped. Thread-safe. A sink gets it with its fields; on
/// standard error there are none, so the line has to say all of it, and where the journal reads that the
/// level goes in front as it wants it (sd-daemon(3)).
void log(LogLevel level, std::string_view line, LogFields fields = {});

/// Lines above this level are dropped. Default: Info.
void set_log_level(LogLevel most);

/// Takes a line that is printable already; from any thread. False where it cannot, and the line is printed.
using LogSink = bool (*)(LogLevel level, const std::string& line, LogFields fields);
/// Before there are threads. Default: none.
void set_log_sink(LogSink sink);

/// Whether what is written to standard error is read by the journal: JOURNAL_STREAM names the very file that
/// is standard error (systemd.exec(5)), and was not only inherited by a program whose output goes elsewhere.
[[nodiscard]] bool stderr_is_journal();

/// Text from outside, made safe to print: control characters, DEL and invalid UTF-8 become \xHH.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace tlscore
