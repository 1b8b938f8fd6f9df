// Opens the user's OpenPGP keyring for the assessor `openpgp`.
#pragma once

#include <memory>
#include <string>

#include "openpgp-auth/keyring_lookups.h"

namespace proxy {

/// `home` empty: the user's own, as GnuPG finds it. Asked in processes of their own, so that
/// who asks need not start gpg (openpgp-auth/keyring_process.h). Fails as
/// make_runtime_folder does (paths.h), where certificates are checked.
[[nodiscard]] tlscore::Result<std::shared_ptr<openpgp_auth::KeyringLookups>> open_keyring(
    tlscore::EventLoop& loop, const std::string& home);

}  // namespace proxy
