// What an assessor answers.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace tlscore::judge {

enum class Verdict : std::uint8_t {
  Pass,    ///< The evidence says that this is the party.
  Fail,    ///< The evidence says that it is not, or is broken.
  Absent,  ///< There is no evidence of this kind.
};

/// One assessor's answer. The reason is a clause that a person can read, without full stop; text from the
/// network in it has no control characters.
struct Finding {
  std::string assessor;
  Verdict verdict;
  std::string reason;
  std::chrono::sys_seconds expires;  ///< From then on it must be asked again; max() if it does not age.
  /// The reason is something to be mended, although the judgement can do without: status and explain show it.
  bool is_warning = false;

  friend bool operator==(const Finding&, const Finding&) = default;
};

/// How long a failure may be remembered, so that a mended party is not refused for long.
inline constexpr std::chrono::seconds kFailLifetime{60};

/// "pass", "fail", "absent". Stable: it stands in JSON.
[[nodiscard]] constexpr std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Pass: return "pass";
    case Verdict::Fail: return "fail";
    case Verdict::Absent: return "absent";
  }
  return "fail";
}

}  // namespace tlscore::judge
