// Makes what ArmedToken needs from the [token] section.
#pragma once

#include <string>

#include "proxy/armed_token.h"
#include "proxy/config.h"

namespace proxy {

/// `state_folder` holds the software token and the certificates that `token enroll` makes.
[[nodiscard]] TokenSettings token_settings(const TokenConfig& config, const std::string& state_folder);

}  // namespace proxy
