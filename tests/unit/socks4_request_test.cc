// SOCKS4 and 4a requests, whole, in pieces, and refused.
#include "proxy/socks4_request.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using namespace std::string_literals;
using tlscore::as_bytes;
using tlscore::ErrorKind;

const std::string kConnect = "\x04\x01\x01\xbb\xc0\x00\x02\x01me\0"s;                   // 192.0.2.1:443
const std::string kConnectByName = "\x04\x01\x01\xbb\x00\x00\x00\x01me\0X.example\0"s;  // 4a

void expect_refused(const std::string& request) {
  const auto parsed = parse_socks4_request(as_bytes(request));
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().kind, ErrorKind::Malformed);
}

TEST(Socks4Request, ReadsAnAddress) {
  const std::string input = kConnect + "next";
  const auto parsed = parse_socks4_request(as_bytes(input));
  ASSERT_TRUE(parsed.has_value() && parsed->has_value());
  EXPECT_EQ((*parsed)->command, Socks4Command::Connect);
  EXPECT_EQ((*parsed)->destination, (Authority{"192.0.2.1", 443, true}));
  EXPECT_EQ((*parsed)->wire_bytes, kConnect.size());
}

TEST(Socks4Request, ReadsAName) {
  const std::string input = kConnectByName + "next";
  const auto parsed = parse_socks4_request(as_bytes(input));
  ASSERT_TRUE(parsed.has_value() && parsed->has_value());
  EXPECT_EQ((*parsed)->destination, (Authority{"x.example", 443, false}));
  EXPECT_EQ((*parsed)->wire_bytes, kConnectByName.size());
}

TEST(Socks4Request, AsksForMoreUntilTheLastByteArrives) {
  for (const auto& request : {kConnect, kConnectByName}) {
    for (std::size_t n = 0; n < request.size(); ++n) {
      SCOPED_TRACE(testing::Message() << n << " bytes");
      const auto parsed = parse_socks4_request(as_bytes(request).first(n));
      ASSERT_TRUE(parsed.has_value());
      EXPECT_FALSE(parsed->has_value());
    }
  }
}

TEST(Socks4Request, TheUnspecifiedAddressAnnouncesNoName) {
  const auto parsed = parse_socks4_request(as_bytes("\x04\x01\x01\xbb\0\0\0\0\0"s));
  ASSERT_TRUE(parsed.has_value() && parsed->has_value());
  EXPECT_EQ((*parsed)->destination, (Authority{"0.0.0.0", 443, true}));
}

TEST(Socks4Request, ReportsOtherCommandsAsTheyAre) {
  const auto parsed = parse_socks4_request(as_bytes("\x04\x02\0\0\xc0\x00\x02\x01\0"s));
  ASSERT_TRUE(parsed.has_value() && parsed->has_value());
  EXPECT_EQ((*parsed)->command, Socks4Command::Bind);
}

TEST(Socks4Request, RefusesAnotherVersion) {
  expect_refused("\x05"s);
}

TEST(Socks4Request, RefusesPort0) {
  expect_refused("\x04\x01\0\0\xc0\x00\x02\x01\0"s);
}

TEST(Socks4Request, RefusesAUserIdOver255Octets) {
  const std::string head = "\x04\x01\x01\xbb\xc0\x00\x02\x01"s + std::string(255, 'u');
  const std::string longest = head + "\0"s;
  EXPECT_FALSE(parse_socks4_request(as_bytes(head)).value().has_value());
  EXPECT_TRUE(parse_socks4_request(as_bytes(longest)).value().has_value());
  expect_refused(head + "u");
}

TEST(Socks4Request, RefusesANameOver255Octets) {
  expect_refused("\x04\x01\x01\xbb\x00\x00\x00\x01\0"s + std::string(256, 'a'));
}

TEST(Socks4Request, RefusesABadName) {
  for (const auto* name : {"", "0x7f.1", "a@b", "a..b"}) {
    SCOPED_TRACE(name);
    expect_refused("\x04\x01\x01\xbb\x00\x00\x00\x01\0"s + name + "\0"s);
  }
}

TEST(Socks4Reply, HasEightOctets) {
  EXPECT_EQ(make_socks4_reply(Socks4Reply::Granted), (tlscore::Bytes{0, 0x5a, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(make_socks4_reply(Socks4Reply::Refused), (tlscore::Bytes{0, 0x5b, 0, 0, 0, 0, 0, 0}));
}

}  // namespace
}  // namespace proxy
