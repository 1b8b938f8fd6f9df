// `latchkey keyring`: answers one question to the user's keyring, and ends.
//
// GPGME starts gpg, and reads with it what strangers present. The proxy starts no programs, so it has this
// done by a process that holds no session, no connection and no network.
#pragma once

#include <string>

#include "openpgp-auth/keyring_lookups.h"

namespace openpgp_auth {

/// The one argument that the binary is started with.
inline constexpr const char* kKeyringCommand = "keyring";

/// One question from descriptor 0, its answer to descriptor 1 (keyring_messages.h). Gives up the network
/// first. Returns the exit status: 0 when it answered, 1 when it was asked nothing that it understands.
int run_keyring_process();

/// A keyring that is asked through such processes, one for each question. `home` and `scratch` as
/// Keyring::create takes them. The functions fail as Keyring's and find_own_openpgp do, and with Internal
/// where the process breaks off.
[[nodiscard]] KeyringLookups::Source keyring_in_processes(std::string home, const std::string& scratch);

}  // namespace openpgp_auth
