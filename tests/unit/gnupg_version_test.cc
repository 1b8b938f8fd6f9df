// Which GnuPG is installed, and whether that is enough.
#include "openpgp-auth/gnupg_version.h"

#include <gtest/gtest.h>

namespace openpgp_auth {
namespace {

TEST(GnupgVersion, OfThisMachineIsNewEnough) {
  const auto version = gnupg_version();
  ASSERT_TRUE(version.has_value()) << version.error().message;
  EXPECT_TRUE(is_at_least(*version, kOldestGnupg)) << *version;
}

TEST(GnupgVersion, IsComparedByItsNumbers) {
  EXPECT_TRUE(is_at_least("2.2.40", "2.2.27"));
  EXPECT_TRUE(is_at_least("2.10.0", "2.2.27"));
  EXPECT_TRUE(is_at_least("2.2.27", "2.2.27"));
  EXPECT_TRUE(is_at_least("2.4", "2.2.27"));
  EXPECT_TRUE(is_at_least("2.4.5-unknown", "2.2.27"));
  EXPECT_FALSE(is_at_least("2.2.9", "2.2.27"));
  EXPECT_FALSE(is_at_least("1.4.23", "2.2.27"));
}

TEST(GnupgVersion, WhatIsNoneIsNotEnough) {
  for (const char* text : {"", "2", "new", ".2.3"}) EXPECT_FALSE(is_at_least(text, "1.0")) << text;
}

}  // namespace
}  // namespace openpgp_auth
