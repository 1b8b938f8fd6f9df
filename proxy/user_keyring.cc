// The runtime folder is in memory and this user's alone: the place for gpg's homes for a while.
#include "proxy/user_keyring.h"

#include "openpgp-auth/keyring_process.h"
#include "proxy/paths.h"

namespace proxy {

using openpgp_auth::KeyringLookups;
using tlscore::Result;

Result<std::shared_ptr<KeyringLookups>> open_keyring(tlscore::EventLoop& loop, const std::string& home) {
  const std::string scratch = TRY(make_runtime_folder(BaseFolders::of_this_process()));
  return std::make_shared<KeyringLookups>(loop, openpgp_auth::keyring_in_processes(home, scratch));
}

}  // namespace proxy
