// The words for a token's states and for the reasons of a lock.
#include "proxy/token_state.h"

namespace proxy {

std::string_view to_string(TokenState state) {
  switch (state) {
    case TokenState::Absent: return "absent";
    case TokenState::Opening: return "opening";
    case TokenState::WaitsForPin: return "waits-for-pin";
    case TokenState::Armed: return "armed";
    case TokenState::Locked: return "locked";
    case TokenState::Broken: return "broken";
  }
  return "absent";
}

bool is_by_itself(LockReason reason) {
  return reason == LockReason::Idle || reason == LockReason::Suspend || reason == LockReason::Screen;
}

std::string describe(LockReason reason) {
  switch (reason) {
    case LockReason::User: return "the token was locked";
    case LockReason::Idle: return "the token was locked because it was not used (lock_after_idle)";
    case LockReason::Suspend: return "the token was locked because the machine went to sleep";
    case LockReason::Screen: return "the token was locked because the screen was";
    case LockReason::Exit: return "Latchkey ends";
  }
  return "the token was locked";
}

}  // namespace proxy
