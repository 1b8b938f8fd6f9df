// Whether an OpenPGP user ID is the name of a host.
#pragma once

#include <string_view>

namespace openpgp_auth {

/// True where the whole user ID is the host's name, bare or as `https://host`; case is of no matter, nor is
/// one trailing dot. A part of a user ID is never looked at: what stands in a display name, an e-mail address
/// or a path is written by anybody.
[[nodiscard]] bool names_host(std::string_view user_id, std::string_view host);

}  // namespace openpgp_auth
