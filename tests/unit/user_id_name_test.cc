// Which user IDs are a host's name.
#include "openpgp-auth/user_id_name.h"

#include <gtest/gtest.h>

namespace openpgp_auth {
namespace {

TEST(UserIdName, IsTheHostBareOrWithHttps) {
  EXPECT_TRUE(names_host("party.test", "party.test"));
  EXPECT_TRUE(names_host("https://party.test", "party.test"));
  EXPECT_TRUE(names_host("HTTPS://Party.Test", "party.test"));
  EXPECT_TRUE(names_host("party.test.", "party.test"));
  EXPECT_TRUE(names_host("https://party.test", "PARTY.test."));
}

TEST(UserIdName, IsNeverAPart) {
  for (const char* user_id : {"",
                              "https://",
                              ".",
                              "party.test <mallory@evil.test>",
                              "Mallory (party.test) <m@evil.test>",
                              "Mallory <mallory@party.test>",
                              "<party.test>",
                              "mallory@party.test",
                              "https://party.test/",
                              "https://party.test/path",
                              "https://party.test:443",
                              "https://user@party.test",
                              "http://party.test",
                              "https://https://party.test",
                              "https://www.party.test",
                              "www.party.test",
                              "party.test.evil.test",
                              "https://party.test.evil.test",
                              "notparty.test",
                              " party.test",
                              "party.test ",
                              "party.test\n",
                              "*.test",
                              "https://*.test",
                              "party.test..",
                              "party"}) {
    EXPECT_FALSE(names_host(user_id, "party.test")) << user_id;
  }
}

TEST(UserIdName, NoHostIsNamedByNothing) {
  EXPECT_FALSE(names_host("", ""));
  EXPECT_FALSE(names_host("https://", ""));
  EXPECT_FALSE(names_host(".", "."));
}

}  // namespace
}  // namespace openpgp_auth
