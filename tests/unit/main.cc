// The unit tests' own main: the same program serves as `latchkey signer` and as the gpg that GPGME starts, so
// that tests of the token and of the keyring work with the real processes and need no other binary.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "openpgp-auth/keyring_process.h"
#include "openpgp-auth/limited_gpg.h"
#include "tlscore/token/pkcs11_keys.h"
#include "tlscore/token/signer_limits.h"
#include "tlscore/token/signer_process.h"

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "signer") {
    return tlscore::token::run_signer(tlscore::token::kSignerSocketFd,
                                      [](const std::string& module, tlscore::token::PersonAccess person) {
                                        tlscore::token::give_up_calls({});
                                        return tlscore::token::make_pkcs11_keys(module, std::move(person));
                                      });
  }
  if (argc == 2 && std::string_view(argv[1]) == openpgp_auth::kKeyringCommand)
    return openpgp_auth::run_keyring_process();
  if (argc > 0 && openpgp_auth::is_called_gpg(argv[0])) {
    return openpgp_auth::run_limited_gpg({argv, static_cast<std::size_t>(argc)});
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
