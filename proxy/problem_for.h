// Which problem an error on the way to a party is to the person who has it.
#pragma once

#include "proxy/authority.h"
#include "proxy/page_problems.h"
#include "proxy/services.h"

namespace proxy {

/// As party_failed(), but where no signature could be had the token's state tells more than the error: it may
/// be out, locked, or broken.
[[nodiscard]] Problem problem_for(const Services& services, const Authority& asked,
                                  const tlscore::Error& error);

}  // namespace proxy
