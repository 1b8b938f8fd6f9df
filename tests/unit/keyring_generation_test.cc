// A keyring that has changed is told from one that has not.
#include "openpgp-auth/keyring_generation.h"

#include <gtest/gtest.h>

#include "tests/unit/gnupg_home.h"

namespace openpgp_auth {
namespace {

TEST(KeyringGeneration, StaysWhileNothingChanges) {
  const tests::GnupgHome gnupg;
  gnupg.import("good");
  EXPECT_EQ(keyring_generation(gnupg.home()), keyring_generation(gnupg.home()));
}

TEST(KeyringGeneration, ChangesWithKeysTrustAndSettings) {
  const tests::GnupgHome gnupg;
  std::string before = keyring_generation(gnupg.home());
  const auto has_changed = [&] {
    return std::exchange(before, keyring_generation(gnupg.home())) != keyring_generation(gnupg.home());
  };
  EXPECT_FALSE(has_changed());
  gnupg.import("good");
  EXPECT_TRUE(has_changed());
  gnupg.import("good-revoked");
  EXPECT_TRUE(has_changed());
  gnupg.trust(tests::primary_of("good"), 6);
  EXPECT_TRUE(has_changed());
  gnupg.configure("trust-model tofu\n");
  EXPECT_TRUE(has_changed());
}

TEST(KeyringGeneration, AHomeThatIsNotThereHasOneToo) {
  EXPECT_EQ(keyring_generation("/nonexistent"), keyring_generation("/nonexistent"));
  EXPECT_NE(keyring_generation("/nonexistent"), keyring_generation("/nowhere"));
}

}  // namespace
}  // namespace openpgp_auth
