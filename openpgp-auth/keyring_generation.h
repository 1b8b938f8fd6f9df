// Whether the user's keyring has changed, or is the same as another one, told without gpg: by the files under
// its home.
#pragma once

#include <string>

#include "tlscore/base/result.h"

namespace openpgp_auth {

/// A text that is another one after keys, trust, TOFU's memory or settings under `home` have changed: made of
/// inode, length and time of change of their files. A few microseconds, and no file is read. A home that is
/// not there has a generation too.
[[nodiscard]] std::string keyring_generation(const std::string& home);

/// A text that is the same wherever those files hold the same octets, on this machine or another: a digest of
/// all of them. Reads them whole, so it blocks. Fails with Refused where one that is there cannot be read,
/// and with TooLarge over 256 MiB.
[[nodiscard]] tlscore::Result<std::string> keyring_contents(const std::string& home);

}  // namespace openpgp_auth
