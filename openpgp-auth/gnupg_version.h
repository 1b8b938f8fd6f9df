// Which GnuPG is installed.
#pragma once

#include <string>
#include <string_view>

#include "tlscore/base/result.h"

namespace openpgp_auth {

/// What this product was tried with, and what its gpg options want.
inline constexpr std::string_view kOldestGnupg = "2.2.27";

/// "2.2.40". Runs gpg. Fails with NotFound where there is none.
[[nodiscard]] tlscore::Result<std::string> gnupg_version();

/// Whether a version is this one or a newer one, by its numbers; false for what is no version.
[[nodiscard]] bool is_at_least(std::string_view version, std::string_view oldest);

}  // namespace openpgp_auth
