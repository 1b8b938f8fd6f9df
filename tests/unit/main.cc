// The unit tests' own main: the same program serves as `latchkey signer`, so that tests of the token work
// with the real signer process and need no other binary.
#include <gtest/gtest.h>

#include <string_view>

#include "tlscore/token/signer_process.h"

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "signer") {
    return tlscore::token::run_signer(tlscore::token::kSignerSocketFd);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
