// The strict reading of host:port: what is accepted in which spelling, and each refusal.
#include "proxy/authority.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using tlscore::ErrorKind;

void expect_refused(std::string_view text) {
  SCOPED_TRACE(testing::Message() << '"' << text << '"');
  const auto parsed = parse_authority(text);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().kind, ErrorKind::Malformed);
}

void expect_host_refused(std::string_view host) {
  expect_refused(std::string(host) + ":443");
}

TEST(Authority, ReadsAName) {
  EXPECT_EQ(parse_authority("party.example:443").value(), (Authority{"party.example", 443, false}));
  EXPECT_EQ(parse_authority("a:1").value(), (Authority{"a", 1, false}));
  EXPECT_EQ(parse_authority("_x-y.example:65535").value(), (Authority{"_x-y.example", 65535, false}));
  EXPECT_EQ(parse_authority("xn--bcher-kva.example:443").value(),
            (Authority{"xn--bcher-kva.example", 443, false}));
}

TEST(Authority, HasOneSpellingOfAName) {
  EXPECT_EQ(parse_authority("PARTY.Example:443").value(), (Authority{"party.example", 443, false}));
  EXPECT_EQ(parse_authority("party.example.:443").value(), (Authority{"party.example", 443, false}));
}

TEST(Authority, ReadsAddresses) {
  EXPECT_EQ(parse_authority("192.0.2.1:80").value(), (Authority{"192.0.2.1", 80, true}));
  EXPECT_EQ(parse_authority("192.0.2.1.:80").value(), (Authority{"192.0.2.1", 80, true}));
  EXPECT_EQ(parse_authority("[2001:DB8:0:0::1]:80").value(), (Authority{"2001:db8::1", 80, true}));
  EXPECT_EQ(parse_authority("[::ffff:192.0.2.1]:80").value(), (Authority{"::ffff:192.0.2.1", 80, true}));
}

TEST(Authority, TakesTheDefaultPortOnlyWhereThereIsOne) {
  EXPECT_EQ(parse_authority("party.example", 80).value(), (Authority{"party.example", 80, false}));
  EXPECT_EQ(parse_authority("[::1]", 80).value(), (Authority{"::1", 80, true}));
  EXPECT_EQ(parse_authority("party.example:8080", 80).value(), (Authority{"party.example", 8080, false}));
  expect_refused("party.example");
  expect_refused("[::1]");
}

TEST(Authority, ANameMayLookLikeANumberBeforeItsLastLabel) {
  EXPECT_EQ(parse_authority("127.example:443").value(), (Authority{"127.example", 443, false}));
  EXPECT_EQ(parse_authority("1.2.3.4.example:443").value(), (Authority{"1.2.3.4.example", 443, false}));
  EXPECT_EQ(parse_authority("party.0xyz:443").value(), (Authority{"party.0xyz", 443, false}));
}

TEST(Authority, RefusesOtherSpellingsOfIpv4) {
  for (const auto* host : {"0x7f.1", "127.1", "2130706433", "017700000001", "0x7f000001", "0x", "127.0.0.0x1",
                           "0177.0.0.1", "127.0.0.01", "1.2.3.256", "1.2.3.4.5", "999", "party.7"}) {
    expect_host_refused(host);
  }
}

TEST(Authority, RefusesUserinfo) {
  expect_host_refused("user@party.example");
  expect_host_refused("user:password@party.example");
  expect_host_refused("@party.example");
}

TEST(Authority, RefusesPercentEscapes) {
  expect_host_refused("party%2eexample");
}

TEST(Authority, RefusesEmptyLabels) {
  for (const auto* host : {"", ".", "..", ".party.example", "party..example", "party.example.."}) {
    expect_host_refused(host);
  }
}

TEST(Authority, RefusesLabelsOver63Octets) {
  EXPECT_TRUE(parse_authority(std::string(63, 'a') + ".example:443").has_value());
  expect_host_refused(std::string(64, 'a') + ".example");
}

TEST(Authority, RefusesNamesOver253Octets) {
  std::string name;
  for (int i = 0; i < 126; ++i) name += "a.";
  EXPECT_TRUE(parse_authority(name + "b:443").has_value());
  EXPECT_TRUE(parse_authority(name + "b.:443").has_value());
  expect_host_refused(name + "bc");
}

TEST(Authority, RefusesCharactersThatNoHostNameHas) {
  using namespace std::string_literals;
  for (const auto& host : {"pa rty.example"s, "party/x"s, "party\\x"s, "party?x"s, "party#x"s, "par\0ty"s,
                           "p\xc3\xa4rty.example"s, "party,x"s, "*.example"s, "party\t"s, " party"s}) {
    expect_host_refused(host);
  }
}

TEST(Authority, RefusesHyphensAtTheEndsOfALabel) {
  expect_host_refused("-oProxyCommand.example");
  expect_host_refused("party-.example");
}

TEST(Authority, RefusesBadPorts) {
  for (const auto* port : {"", "0", "00", "0443", "65536", "99999999999", "+443", "-1", " 443", "443 ",
                           "0x1bb", "443:443", "https", "44 3"}) {
    expect_refused(std::string("party.example:") + port);
    expect_refused(std::string("[::1]:") + port);
  }
}

TEST(Authority, RefusesZoneIdentifiers) {
  expect_host_refused("[fe80::1%eth0]");
  expect_host_refused("[fe80::1%25eth0]");
}

TEST(Authority, RefusesBadIpv6) {
  for (const auto* host : {"[::1", "::1", "[]", "[::g]", "[1:2:3:4:5:6:7]", "[::1]x", "[[::1]]",
                           "[192.0.2.1]", "[::1::2]", "[v1.x]", "2001:db8::1"}) {
    expect_host_refused(host);
  }
  expect_host_refused(std::string_view("[::1\0x]", 7));
  expect_refused("[::1]x443");
}

TEST(Authority, AHostStandsWithoutBrackets) {
  EXPECT_EQ(parse_host("2001:DB8::1").value(), (Host{"2001:db8::1", true}));
  EXPECT_EQ(parse_host("Party.example.").value(), (Host{"party.example", false}));
  EXPECT_FALSE(parse_host("[2001:db8::1]").has_value());
  EXPECT_FALSE(parse_host("party.example:443").has_value());
}

TEST(Authority, WritesWhatItReads) {
  EXPECT_EQ(to_string(Authority{"party.example", 443, false}), "party.example:443");
  EXPECT_EQ(to_string(Authority{"::1", 443, true}), "[::1]:443");
  EXPECT_EQ(to_string(Authority{"192.0.2.1", 80, true}), "192.0.2.1:80");
  EXPECT_EQ(to_string(Authority{"party.example", 0, false}), "party.example:0");
}

TEST(Authority, AHostFieldOmitsTheDefaultPort) {
  EXPECT_EQ(host_field({"party.example", 443, false}, 443), "party.example");
  EXPECT_EQ(host_field({"party.example", 80, false}, 443), "party.example:80");
  EXPECT_EQ(host_field({"::1", 443, true}, 443), "[::1]");
}

}  // namespace
}  // namespace proxy
