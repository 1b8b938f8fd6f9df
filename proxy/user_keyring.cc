// The runtime folder is in memory and this user's alone: the place for gpg's homes for a while.
#include "proxy/user_keyring.h"

#include "proxy/paths.h"

namespace proxy {

using openpgp_auth::Keyring;
using openpgp_auth::KeyringLookups;
using tlscore::Result;

Result<std::shared_ptr<KeyringLookups>> open_keyring(tlscore::EventLoop& loop, const std::string& home) {
  const std::string scratch = TRY(make_runtime_folder(BaseFolders::of_this_process()));
  auto keyring = std::make_shared<const Keyring>(TRY(Keyring::create(home, scratch)));
  return std::make_shared<KeyringLookups>(loop, std::move(keyring));
}

}  // namespace proxy
