// Whether the user's keyring has changed, told without gpg: by the files under its home.
#pragma once

#include <string>

namespace openpgp_auth {

/// A text that is another one after keys, trust, TOFU's memory or settings under `home` have changed: made of
/// inode, length and time of change of their files. A few microseconds, and no file is read. A home that is
/// not there has a generation too.
[[nodiscard]] std::string keyring_generation(const std::string& home);

}  // namespace openpgp_auth
