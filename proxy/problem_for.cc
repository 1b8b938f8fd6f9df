// Errors of the token, told apart by its state.
#include "proxy/problem_for.h"

#include "proxy/tokens.h"

namespace proxy {

using namespace tlscore;

Problem problem_for(const Services& services, const Authority& asked, const Error& error) {
  if (error.kind != ErrorKind::Disarmed) return party_failed(asked, error);
  const Tokens& tokens = services.tokens;
  switch (tokens.state()) {
    case TokenState::Absent: return disarmed(asked, tokens.reason());
    case TokenState::WaitsForPin:
    case TokenState::Locked: {
      const token::PinTries tries = tokens.farthest()->pin_tries();
      std::string why = tokens.reason();
      if (const auto left = describe(tries); tries != token::PinTries::Enough && !why.contains(left))
        why.append("; ").append(left);
      return pin_wanted(asked, why);
    }
    case TokenState::Broken:
      if (tokens.farthest()->is_held()) return token_held(asked, error.message);
      [[fallthrough]];
    default: return token_failed(asked, error.message);
  }
}

}  // namespace proxy
