// The unit tests' own main: the same program serves as `latchkey signer` and as the gpg that GPGME starts, so
// that tests of the token and of the keyring work with the real processes and need no other binary.
#include <gtest/gtest.h>

#include <string_view>

#include "openpgp-auth/limited_gpg.h"
#include "tlscore/token/pkcs11_keys.h"
#include "tlscore/token/signer_process.h"

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "signer") {
    return tlscore::token::run_signer(tlscore::token::kSignerSocketFd, tlscore::token::make_pkcs11_keys);
  }
  if (argc > 0 && openpgp_auth::is_called_gpg(argv[0])) {
    return openpgp_auth::run_limited_gpg({argv, static_cast<std::size_t>(argc)});
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
