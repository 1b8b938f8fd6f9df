// What is a server's name, and which names of a certificate stand for it.
#include "tlscore/x509/server_name.h"

#include <gtest/gtest.h>

namespace tlscore::x509 {
namespace {

std::string text_of(std::string_view host) {
  const auto name = ServerName::parse(host);
  return name ? name->text() : "refused";
}

bool matches(std::string_view host, std::string_view presented) {
  const std::vector<GeneralName> names = {{NameForm::Dns, to_bytes(presented)}};
  return ServerName::parse(host)->is_among(names);
}

TEST(ServerName, ReadsNamesAndAddresses) {
  EXPECT_EQ(text_of("Party.Example."), "party.example");
  EXPECT_EQ(text_of("localhost"), "localhost");
  EXPECT_EQ(text_of("_srv.x-1.example"), "_srv.x-1.example");
  EXPECT_EQ(text_of("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(text_of("2001:DB8:0::1"), "2001:db8::1");
  EXPECT_EQ(text_of("[2001:db8::1]"), "2001:db8::1");
  EXPECT_FALSE(ServerName::parse("party.example")->is_address());
  EXPECT_EQ(ServerName::parse("[::1]")->address().size(), 16U);
}

TEST(ServerName, RefusesWhatIsNeither) {
  const std::string label(64, 'a');
  for (const std::string& host : std::vector<std::string>{"",
                                                          ".",
                                                          "a..b",
                                                          ".a",
                                                          "a..",
                                                          "*.example",
                                                          "a b",
                                                          "a/b",
                                                          "m\xc3\xbcnchen.example",
                                                          label + ".example",
                                                          "192.0.2",
                                                          "192.0.2.1.5",
                                                          "1",
                                                          "[192.0.2.1]",
                                                          "[party.example]",
                                                          "[::1",
                                                          "::1%lo",
                                                          "fe80::1%eth0",
                                                          std::string("a\0b", 3),
                                                          std::string(300, 'a'),
                                                          "a@b"}) {
    EXPECT_EQ(text_of(host), "refused") << host;
  }
}

TEST(ServerName, ANameMatchesWithoutRegardToCaseAndFinalDot) {
  EXPECT_TRUE(matches("party.example", "PARTY.example"));
  EXPECT_TRUE(matches("party.example.", "party.example"));
  EXPECT_TRUE(matches("party.example", "party.example."));
  EXPECT_FALSE(matches("party.example", "party.example.org"));
  EXPECT_FALSE(matches("party.example", std::string_view("party.example\0", 14)));
  EXPECT_FALSE(matches("party.example", ""));
}

TEST(ServerName, AWildcardIsAWholeLeftMostLabel) {
  EXPECT_TRUE(matches("a.party.example", "*.party.example"));
  EXPECT_FALSE(matches("party.example", "*.party.example"));
  EXPECT_FALSE(matches("b.a.party.example", "*.party.example"));
  EXPECT_FALSE(matches("a.party.example", "a.*.example"));
  EXPECT_FALSE(matches("ab.party.example", "a*.party.example"));
  EXPECT_FALSE(matches("a.b.party.example", "*.*.party.example"));
  EXPECT_FALSE(matches("a.party.example", "*"));
}

TEST(ServerName, AWildcardNeverStandsForAWholeRegistry) {
  EXPECT_FALSE(matches("party.example", "*.example"));
  EXPECT_FALSE(matches("party.example", "*.example."));
  EXPECT_FALSE(matches("party.example", "*..example"));
}

TEST(ServerName, AnAddressMatchesByItsOctetsOnly) {
  const auto host = ServerName::parse("192.0.2.1");
  EXPECT_TRUE(host->is_among(std::vector<GeneralName>{{NameForm::Ip, {192, 0, 2, 1}}}));
  EXPECT_FALSE(host->is_among(std::vector<GeneralName>{{NameForm::Ip, {192, 0, 2, 2}}}));
  EXPECT_FALSE(host->is_among(std::vector<GeneralName>{{NameForm::Dns, to_bytes("192.0.2.1")}}));
  const Bytes mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1};
  EXPECT_FALSE(host->is_among(std::vector<GeneralName>{{NameForm::Ip, mapped}}));
}

TEST(ServerName, AnAddressIsNeverADnsNamesMatch) {
  const std::vector<GeneralName> names = {{NameForm::Ip, {192, 0, 2, 1}},
                                          {NameForm::Uri, to_bytes("party.example")}};
  EXPECT_FALSE(ServerName::parse("party.example")->is_among(names));
}

}  // namespace
}  // namespace tlscore::x509
