// Ages and sizes as a person says them: rounded, so that a page that shows them changes seldom.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace proxy {

/// "a few seconds" (under 10 s, and for what lies ahead), "20 seconds", "1 minute", "5 hours", "3 days";
/// rounded down, seconds to tens.
[[nodiscard]] std::string age_text(std::chrono::seconds age);

/// "0 bytes", "1 byte", "999 bytes", "1.2 kB", "34 MB", "5.6 GB": powers of 1000, two digits at least.
[[nodiscard]] std::string size_text(std::uint64_t bytes);

}  // namespace proxy
