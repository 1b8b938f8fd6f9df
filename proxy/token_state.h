// What a token that is plugged in can be at, and why it may be locked; the words for both.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace proxy {

enum class TokenState : std::uint8_t {
  Absent,       ///< Not plugged in, or not any more.
  Opening,      ///< Plugged in; its signer starts.
  WaitsForPin,  ///< Open; a PIN is being asked for, or will be when it is needed.
  Armed,        ///< May sign.
  Locked,       ///< By the user, or by a PIN prompt that failed: `latchkey unlock` goes on from here.
  Broken,       ///< Module or token failed: `latchkey unlock`, or a new plug, tries again.
};

/// Why a token is locked, and until when.
enum class LockReason : std::uint8_t {
  User,     ///< He said so: until he unlocks it.
  Idle,     ///< It was not used for `lock_after_idle`: the next use asks for the PIN.
  Suspend,  ///< The machine goes to sleep: the next use asks for the PIN.
  Screen,   ///< The screen was locked: the next use asks for the PIN.
  Exit,     ///< Latchkey ends.
};

/// "absent", "opening", "waits-for-pin", "armed", "locked", "broken". Stable, for JSON.
[[nodiscard]] std::string_view to_string(TokenState state);
/// Not what the user asked for: so the next use asks for the PIN.
[[nodiscard]] bool is_by_itself(LockReason reason);
/// The sentence with which it is disarmed.
[[nodiscard]] std::string describe(LockReason reason);

}  // namespace proxy
