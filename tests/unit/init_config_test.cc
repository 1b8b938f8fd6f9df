// What is written into a configuration reads back as what was meant.
#include "proxy/init_config.h"

#include <gtest/gtest.h>

#include "proxy/config.h"

namespace proxy {
namespace {

TEST(InitConfig, WhatIsWrittenReadsBack) {
  const auto text = with_section(first_configuration({.module = "auto", .device = "a\"b\\c"}),
                                 party_section("*.example.org", std::string(64, 'a')), "file");
  ASSERT_TRUE(text) << text.error().message;
  const auto config = parse_config(*text, "file");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->token.module, "auto");
  EXPECT_EQ(config->token.device, "a\"b\\c") << "a token's own words break out of nothing";
  EXPECT_EQ(config->parties.front().hosts, std::vector<std::string>{"*.example.org"});
  EXPECT_EQ(config->parties.front().identity.value, std::string(64, 'a'));
}

TEST(InitConfig, AControlCharacterIsRefusedAsInAnyFile) {
  EXPECT_FALSE(with_section(first_configuration({.module = "auto", .device = "a\nb"}), "", "file"));
}

TEST(InitConfig, OctetsThatAreNoTextAreNoneEither) {
  EXPECT_TRUE(parse_config(first_configuration({.module = "soft", .device = "\xff\x80"}), "file"));
}

TEST(InitConfig, ASectionIsAddedToWhatIsThere) {
  const std::string before = "[token]\nmodule = \"soft\" # mine";
  const auto text = with_section(before, party_section("a.example.org", ""), "file");
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(*text, before + "\n\n[[party]]\nhosts = [\"a.example.org\"]\n");
  EXPECT_FALSE(with_section(*text, party_section("a.example.org", ""), "file")) << "it is a party already";
}

}  // namespace
}  // namespace proxy
