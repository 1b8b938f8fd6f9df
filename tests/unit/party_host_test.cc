// Names, suffixes and addresses of parties.
#include "proxy/party_host.h"

#include <gtest/gtest.h>

#include <limits>

namespace proxy {
namespace {

constexpr std::size_t kExact = std::numeric_limits<std::size_t>::max();

TEST(PartyHost, FoldsCaseAndTheTrailingDot) {
  EXPECT_EQ(parse_listed_host("Intranet.Example.ORG.").value(), "intranet.example.org");
  EXPECT_EQ(parse_host_pattern("*.Example.ORG.").value(), "*.example.org");
  EXPECT_EQ(parse_listed_host("xn--bcher-kva.example").value(), "xn--bcher-kva.example");
  EXPECT_EQ(parse_listed_host("_service.example").value(), "_service.example");
  EXPECT_EQ(parse_listed_host("intranet").value(), "intranet");
}

TEST(PartyHost, WritesAddressesInOneForm) {
  EXPECT_EQ(parse_listed_host("192.0.2.1").value(), "192.0.2.1");
  EXPECT_EQ(parse_listed_host("2001:DB8:0:0::1").value(), "2001:db8::1");
  EXPECT_EQ(parse_listed_host("[2001:db8::1]").value(), "2001:db8::1");
  EXPECT_EQ(canonical_address("::ffff:c000:0201"), "::ffff:192.0.2.1");
}

TEST(PartyHost, TakesNothingElseForAnAddress) {
  for (const char* text : {"", "[]", ":", "192.0.2", "192.0.2.01", "0x7f.0.0.1", "fe80::1%eth0",
                           "[2001:db8::1", "2001:db8::1]", "1::2::3"}) {
    EXPECT_EQ(canonical_address(text), std::nullopt) << text;
  }
  EXPECT_EQ(canonical_address(std::string_view("192.0.2.1\0x", 11)), std::nullopt);
}

TEST(PartyHost, RefusesWhatIsNoName) {
  const std::string label(64, 'a');
  const std::string name = std::string(63, 'a') + "." + std::string(63, 'b') + "." + std::string(63, 'c') +
                           "." + std::string(62, 'd');
  for (const std::string& text :
       {std::string(), std::string("."), std::string("a..b"), std::string(".a"), std::string("a.."),
        label + ".example", name, std::string("-a.example"), std::string("a-.example"),
        std::string("a b.example"), std::string("a.example:443"), std::string("https://a.example"),
        std::string("a.example/"), std::string("a\".example"), std::string("a\n.example"),
        std::string("a\0.example", 10), std::string("a*b.example"), std::string("*"),
        std::string("user@a.example")}) {
    EXPECT_FALSE(parse_listed_host(text).has_value()) << text;
    EXPECT_FALSE(parse_host_pattern(text).has_value()) << text;
  }
}

TEST(PartyHost, RefusesNamesThatABrowserReadsAsAnAddress) {
  for (const char* text :
       {"127.1", "2130706433", "0x7f.1", "a.0x", "a.1", "192.0.2.256", "*.2.1", "a.0X1F"}) {
    EXPECT_FALSE(parse_host_pattern(text).has_value()) << text;
  }
  EXPECT_TRUE(parse_listed_host("1.2.3.a").has_value());
  EXPECT_TRUE(parse_listed_host("a.0xg").has_value());
}

TEST(PartyHost, TellsHowToWriteANameThatIsNotAscii) {
  const auto refused = parse_listed_host(
      "b\xc3\xbc"
      "cher.example");
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("xn--"), std::string::npos);
}

TEST(PartyHost, RefusesASuffixThatIsTooWideOrNoSuffix) {
  for (const char* text : {"*", "*.", "*.com", "*.com.", "*example.org", "a.*.example.org", "*.*.example.org",
                           "**.example.org", "*.192.0.2.1", "*.[2001:db8::1]"}) {
    EXPECT_FALSE(parse_host_pattern(text).has_value()) << text;
  }
}

TEST(PartyHost, ASuffixMeansEveryNameBelowItButNotItself) {
  EXPECT_GT(match_host("*.example.org", "a.example.org"), 0U);
  EXPECT_GT(match_host("*.example.org", "a.b.c.example.org"), 0U);
  EXPECT_EQ(match_host("*.example.org", "example.org"), 0U);
  EXPECT_EQ(match_host("*.example.org", ".example.org"), 0U);
  EXPECT_EQ(match_host("*.example.org", "evilexample.org"), 0U);
  EXPECT_EQ(match_host("*.example.org", "a.example.org.evil"), 0U);
}

TEST(PartyHost, AnExactHostIsMoreThanASuffixAndALongerSuffixMoreThanAShorter) {
  EXPECT_EQ(match_host("a.b.example.org", "a.b.example.org"), kExact);
  EXPECT_GT(match_host("*.b.example.org", "a.b.example.org"), match_host("*.example.org", "a.b.example.org"));
  EXPECT_EQ(match_host("b.example.org", "a.b.example.org"), 0U);
}

}  // namespace
}  // namespace proxy
