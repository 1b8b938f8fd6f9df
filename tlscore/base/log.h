// What Latchkey tells the person who reads its log: one line a fact, on standard error.
//
// Nothing secret goes in: no PIN, no key, no payload. Text from outside is escaped here, so that nobody can
// forge a line or drive a terminal.
#pragma once

#include <string>
#include <string_view>

namespace tlscore {

enum class LogLevel { Error = 3, Warning = 4, Notice = 5, Info = 6, Debug = 7 };

/// Writes one line at `level`, control characters escaped, at most 2 KiB. Thread-safe. Under systemd the
/// level goes in front as the journal wants it (sd-daemon(3)).
void log(LogLevel level, std::string_view line);

/// Lines above this level are dropped. Default: Info.
void set_log_level(LogLevel most);

/// Text from outside, made safe to print: control characters, DEL and invalid UTF-8 become \xHH.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace tlscore
