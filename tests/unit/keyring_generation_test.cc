// A keyring that has changed is told from one that has not.
#include "openpgp-auth/keyring_generation.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

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

TEST(KeyringContents, AreTheSameInACopyAndOthersAfterAChange) {
  const tests::GnupgHome gnupg;
  gnupg.import("good");
  const std::filesystem::path copy = gnupg.home() + "-copy";
  std::filesystem::create_directory(copy);
  for (const char* name : {"pubring.kbx", "trustdb.gpg", "gpg.conf"}) {
    if (std::filesystem::exists(gnupg.home() + "/" + name))
      std::filesystem::copy(gnupg.home() + "/" + name, copy);
  }
  const auto before = keyring_contents(gnupg.home());
  ASSERT_TRUE(before);
  EXPECT_EQ(*before, *keyring_contents(copy));
  EXPECT_NE(keyring_generation(gnupg.home()), keyring_generation(copy));
  gnupg.import("good-revoked");
  EXPECT_NE(*before, *keyring_contents(gnupg.home()));
  std::filesystem::remove_all(copy);
}

TEST(KeyringContents, AreNoneWhereAFileCannotBeRead) {
  const std::filesystem::path home = testing::TempDir() + "unreadable-" + std::to_string(::getpid());
  std::filesystem::create_directories(home / "pubring.kbx");
  EXPECT_FALSE(keyring_contents(home));
  EXPECT_TRUE(keyring_contents("/nonexistent"));
  std::filesystem::remove_all(home);
}

}  // namespace
}  // namespace openpgp_auth
