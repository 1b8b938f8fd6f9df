// SOCKS5 greetings, logins and requests, whole, in pieces, and refused.
#include "proxy/socks5_request.h"

#include <gtest/gtest.h>

#include <array>

namespace proxy {
namespace {

using namespace std::string_literals;
using tlscore::as_bytes;
using tlscore::ErrorKind;

constexpr std::array<std::uint8_t, 16> kConnectRequest = {
    0x05, 0x01, 0x00, 0x03,                                // version, CONNECT, reserved, name
    0x09, 'x',  '.',  'e',  'x', 'a', 'm', 'p', 'l', 'e',  // "x.example" and its length
    0x01, 0xbb};                                           // port 443, big-endian

template <class Parsed>
void expect_error(const Parsed& parsed, ErrorKind kind) {
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().kind, kind);
}

TEST(Socks5Greeting, SeesTheMethodsWeKnow) {
  const auto none = parse_socks5_greeting(as_bytes("\x05\x01\x00next"s));
  ASSERT_TRUE(none.has_value() && none->has_value());
  EXPECT_TRUE((*none)->offers_none);
  EXPECT_FALSE((*none)->offers_password);
  EXPECT_EQ((*none)->wire_bytes, 3U);
  const auto both = parse_socks5_greeting(as_bytes("\x05\x03\x02\x01\x00"s));
  ASSERT_TRUE(both.has_value() && both->has_value());
  EXPECT_TRUE((*both)->offers_none);
  EXPECT_TRUE((*both)->offers_password);
}

TEST(Socks5Greeting, AsksForMoreUntilTheLastByteArrives) {
  const std::string greeting = "\x05\x02\x00\x02"s;
  for (std::size_t n = 0; n < greeting.size(); ++n) {
    EXPECT_FALSE(parse_socks5_greeting(as_bytes(greeting).first(n)).value().has_value());
  }
}

TEST(Socks5Greeting, RefusesAnotherVersion) {
  expect_error(parse_socks5_greeting(as_bytes("\x04"s)), ErrorKind::Malformed);
}

TEST(Socks5Greeting, RefusesAnEmptyListOfMethods) {
  expect_error(parse_socks5_greeting(as_bytes("\x05\x00"s)), ErrorKind::Malformed);
}

TEST(Socks5Login, ReadsUserAndPassword) {
  const std::string login = "\x01\x02me\x03pwd"s;
  for (std::size_t n = 0; n < login.size(); ++n) {
    EXPECT_FALSE(parse_socks5_login(as_bytes(login).first(n)).value().has_value());
  }
  const std::string input = login + "next";
  const auto parsed = parse_socks5_login(as_bytes(input));
  ASSERT_TRUE(parsed.has_value() && parsed->has_value());
  EXPECT_EQ((*parsed)->credential, (Credential{"me", "pwd"}));
  EXPECT_EQ((*parsed)->wire_bytes, login.size());
}

TEST(Socks5Login, RefusesAnotherVersion) {
  expect_error(parse_socks5_login(as_bytes("\x05"s)), ErrorKind::Malformed);
}

TEST(Socks5Login, RefusesEmptyTexts) {
  expect_error(parse_socks5_login(as_bytes("\x01\x00\x03pwd"s)), ErrorKind::Malformed);
  expect_error(parse_socks5_login(as_bytes("\x01\x02me\x00"s)), ErrorKind::Malformed);
}

TEST(Socks5Request, ReadsAName) {
  const auto parsed = parse_socks5_request(kConnectRequest);
  ASSERT_TRUE(parsed.has_value() && parsed->has_value());
  EXPECT_EQ((*parsed)->command, Socks5Command::Connect);
  EXPECT_EQ((*parsed)->destination, (Authority{"x.example", 443, false}));
  EXPECT_EQ((*parsed)->wire_bytes, kConnectRequest.size());
}

TEST(Socks5Request, ReadsAddresses) {
  const auto ipv4 = parse_socks5_request(as_bytes("\x05\x01\x00\x01\xc0\x00\x02\x01\x01\xbbnext"s));
  ASSERT_TRUE(ipv4.has_value() && ipv4->has_value());
  EXPECT_EQ((*ipv4)->destination, (Authority{"192.0.2.1", 443, true}));
  EXPECT_EQ((*ipv4)->wire_bytes, 10U);
  const auto ipv6 =
      parse_socks5_request(as_bytes("\x05\x01\x00\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x01\xbb"s));
  ASSERT_TRUE(ipv6.has_value() && ipv6->has_value());
  EXPECT_EQ((*ipv6)->destination, (Authority{"2001:db8::1", 443, true}));
}

TEST(Socks5Request, AsksForMoreUntilTheLastByteArrives) {
  for (std::size_t n = 0; n < kConnectRequest.size(); ++n) {
    SCOPED_TRACE(testing::Message() << n << " bytes");
    const auto parsed = parse_socks5_request(std::span(kConnectRequest).first(n));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_FALSE(parsed->has_value());
  }
}

TEST(Socks5Request, ReportsOtherCommandsAsTheyAre) {
  // UDP ASSOCIATE names 0.0.0.0:0 where the client does not know its port yet (RFC 1928, section 4).
  const auto parsed = parse_socks5_request(as_bytes("\x05\x03\x00\x01\0\0\0\0\0\0"s));
  ASSERT_TRUE(parsed.has_value() && parsed->has_value());
  EXPECT_EQ((*parsed)->command, Socks5Command::UdpAssociate);
}

TEST(Socks5Request, RefusesAnUnknownAddressType) {
  auto request = kConnectRequest;
  request[3] = 0x02;
  expect_error(parse_socks5_request(request), ErrorKind::Unsupported);
}

TEST(Socks5Request, RefusesAnotherVersion) {
  auto request = kConnectRequest;
  request[0] = 0x04;
  expect_error(parse_socks5_request(request), ErrorKind::Malformed);
}

TEST(Socks5Request, RefusesAReservedOctetThatIsNot0) {
  auto request = kConnectRequest;
  request[2] = 0x01;
  expect_error(parse_socks5_request(request), ErrorKind::Malformed);
}

TEST(Socks5Request, RefusesPort0) {
  auto request = kConnectRequest;
  request[14] = request[15] = 0;
  expect_error(parse_socks5_request(request), ErrorKind::Malformed);
}

TEST(Socks5Request, RefusesABadName) {
  auto request = kConnectRequest;
  request[6] = 0;
  expect_error(parse_socks5_request(request), ErrorKind::Malformed);
  expect_error(parse_socks5_request(as_bytes("\x05\x01\x00\x03\x00\x01\xbb"s)), ErrorKind::Malformed);
}

TEST(Socks5Replies, AreThoseOfTheRfc) {
  EXPECT_EQ(make_socks5_method_reply(Socks5Method::NoneAcceptable), (tlscore::Bytes{5, 0xff}));
  EXPECT_EQ(make_socks5_login_reply(true), (tlscore::Bytes{1, 0}));
  EXPECT_EQ(make_socks5_login_reply(false), (tlscore::Bytes{1, 1}));
  EXPECT_EQ(make_socks5_reply(Socks5Reply::CommandNotSupported),
            (tlscore::Bytes{5, 7, 0, 1, 0, 0, 0, 0, 0, 0}));
}

}  // namespace
}  // namespace proxy
