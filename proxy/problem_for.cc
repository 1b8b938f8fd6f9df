// Errors of the token, told apart by its state.
#include "proxy/problem_for.h"

#include "proxy/armed_token.h"

namespace proxy {

using namespace tlscore;

Problem problem_for(const Services& services, const Authority& asked, const Error& error) {
  if (error.kind != ErrorKind::Disarmed) return party_failed(asked, error);
  switch (services.token.state()) {
    case TokenState::Absent: return disarmed(asked);
    case TokenState::WaitsForPin:
    case TokenState::Locked: return pin_wanted(asked);
    default: return token_failed(asked, error.message);
  }
}

}  // namespace proxy
