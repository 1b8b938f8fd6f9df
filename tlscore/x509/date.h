// Dates as people and command lines write them (RFC 3339), in UTC.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "tlscore/base/result.h"

namespace tlscore::x509 {

/// "2025-03-01".
[[nodiscard]] std::string to_date(std::chrono::sys_seconds time);

/// "2025-03-01T12:30:00Z".
[[nodiscard]] std::string to_rfc3339(std::chrono::sys_seconds time);

/// Reads "2025-03-01T12:30:00Z", also with an offset ("+02:00"), a fraction, which is dropped, or a day
/// alone, which means its first second. Fails with Malformed on anything else, impossible dates and leap
/// seconds included.
Result<std::chrono::sys_seconds> parse_rfc3339(std::string_view text);

/// The wall clock, in whole seconds.
[[nodiscard]] std::chrono::sys_seconds now();

}  // namespace tlscore::x509
