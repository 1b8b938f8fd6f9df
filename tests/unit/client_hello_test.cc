// ClientHellos built octet by octet: in one record, in many, and refused.
#include "proxy/client_hello.h"

#include <gtest/gtest.h>

#include "tlscore/base/byte_reader.h"

namespace proxy {
namespace {

using tlscore::Bytes;
using tlscore::ByteView;
using tlscore::ByteWriter;
using tlscore::ErrorKind;
using tlscore::to_bytes;

Bytes extension(std::uint16_t type, const Bytes& body) {
  ByteWriter writer;
  writer.u16(type);
  writer.u16(static_cast<std::uint16_t>(body.size()));
  writer.bytes(body);
  return writer.take();
}

Bytes server_name(std::string_view name) {
  ByteWriter writer;
  writer.u16(static_cast<std::uint16_t>(name.size() + 3));
  writer.u8(0);
  writer.u16(static_cast<std::uint16_t>(name.size()));
  writer.bytes(tlscore::as_bytes(name));
  return extension(0, writer.take());
}

Bytes message_of(const Bytes& body) {
  ByteWriter writer;
  writer.u8(1);
  writer.u24(static_cast<std::uint32_t>(body.size()));
  writer.bytes(body);
  return writer.take();
}

Bytes body_with(const Bytes& extensions) {
  ByteWriter writer;
  writer.u16(0x0303);
  writer.bytes(Bytes(32, 0x55));
  writer.u8(0);  // session ID
  writer.u16(2);
  writer.u16(0x1301);
  writer.u8(1);  // compression: null
  writer.u8(0);
  writer.u16(static_cast<std::uint16_t>(extensions.size()));
  writer.bytes(extensions);
  return writer.take();
}

/// The message in records of `size` octets.
Bytes in_records(const Bytes& message, std::size_t size = 1U << 14U) {
  ByteWriter writer;
  for (std::size_t i = 0; i < message.size(); i += size) {
    const ByteView part = std::span(message).subspan(i, std::min(size, message.size() - i));
    writer.u8(22);
    writer.u16(0x0301);
    writer.u16(static_cast<std::uint16_t>(part.size()));
    writer.bytes(part);
  }
  return writer.take();
}

Bytes hello_with(const Bytes& extensions) {
  return in_records(message_of(body_with(extensions)));
}

void expect_refused(const Bytes& hello, ErrorKind kind = ErrorKind::Malformed) {
  const auto parsed = parse_client_hello(hello);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().kind, kind);
}

TEST(ClientHello, TellsTheServerName) {
  const auto parsed = parse_client_hello(hello_with(server_name("Party.Example.")));
  ASSERT_TRUE(parsed.has_value() && parsed->has_value());
  EXPECT_EQ((*parsed)->sni, "party.example");
  EXPECT_EQ((*parsed)->versions, std::vector<std::uint16_t>{0x0303});
  EXPECT_TRUE((*parsed)->alpn.empty());
}

TEST(ClientHello, TellsAlpnAndVersions) {
  Bytes extensions = extension(16, to_bytes(std::string_view("\0\x0c\x02h2\x08http/1.1", 14)));
  const Bytes versions = extension(43, Bytes{4, 3, 4, 3, 3});
  extensions.insert(extensions.end(), versions.begin(), versions.end());
  const auto parsed = parse_client_hello(hello_with(extensions));
  ASSERT_TRUE(parsed.has_value() && parsed->has_value());
  EXPECT_EQ((*parsed)->alpn, (std::vector<std::string>{"h2", "http/1.1"}));
  EXPECT_EQ((*parsed)->versions, (std::vector<std::uint16_t>{0x0304, 0x0303}));
  EXPECT_EQ((*parsed)->sni, std::nullopt);
}

TEST(ClientHello, IgnoresAnEncryptedOneInside) {
  // encrypted_client_hello, which browsers send whether or not there is anything in it.
  Bytes extensions = server_name("party.example");
  const Bytes inner = extension(0xfe0d, Bytes(40));
  extensions.insert(extensions.end(), inner.begin(), inner.end());
  const auto parsed = parse_client_hello(hello_with(extensions));
  ASSERT_TRUE(parsed.has_value() && parsed->has_value());
  EXPECT_EQ((*parsed)->sni, "party.example");
}

TEST(ClientHello, NeedsNoExtensions) {
  Bytes body = body_with({});
  body.resize(body.size() - 2);
  EXPECT_TRUE(parse_client_hello(in_records(message_of(body))).value().has_value());
}

TEST(ClientHello, MaySpanRecordsAndReads) {
  const Bytes message = message_of(body_with(server_name("party.example")));
  for (const std::size_t size : {1U, 3U, 7U, 50U}) {
    const Bytes hello = in_records(message, size);
    for (std::size_t n = 0; n < hello.size(); ++n) {
      SCOPED_TRACE(testing::Message() << n << " bytes in records of " << size);
      const auto parsed = parse_client_hello(std::span(hello).first(n));
      ASSERT_TRUE(parsed.has_value());
      EXPECT_FALSE(parsed->has_value());
    }
    EXPECT_EQ(parse_client_hello(hello).value().value().sni, "party.example");
  }
}

TEST(ClientHello, WhatFollowsItIsNotLookedAt) {
  Bytes hello = hello_with(server_name("party.example"));
  hello.push_back(23);
  EXPECT_TRUE(parse_client_hello(hello).value().has_value());
}

TEST(ClientHello, RefusesOver16KiB) {
  Bytes message = message_of(body_with({}));
  message[1] = 1;
  expect_refused(in_records(message), ErrorKind::TooLarge);
  // The message is small here, but not its many records.
  const Bytes padded = message_of(body_with(extension(21, Bytes(4000, 0))));
  expect_refused(in_records(padded, 1), ErrorKind::TooLarge);
}

TEST(ClientHello, RefusesOtherRecordsAndMessages) {
  const Bytes good = hello_with({});
  for (const auto& [place, value] : {std::pair{0U, 23}, {1U, 2}, {5U, 2}}) {
    Bytes hello = good;
    hello[place] = static_cast<std::uint8_t>(value);
    expect_refused(hello);
  }
}

TEST(ClientHello, RefusesEmptyAndOverlongRecords) {
  expect_refused(Bytes{22, 3, 1, 0, 0});
  expect_refused(Bytes{22, 3, 1, 0x40, 0x01});
}

TEST(ClientHello, RefusesLengthsThatDoNotAddUp) {
  const Bytes whole = body_with(server_name("party.example"));
  const std::size_t before_extensions = whole.size() - server_name("party.example").size() - 2;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    if (n == before_extensions) continue;
    SCOPED_TRACE(testing::Message() << n << " octets");
    expect_refused(
        in_records(message_of(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n)))));
  }
  Bytes longer = whole;
  longer.push_back(0);
  expect_refused(in_records(message_of(longer)));
}

TEST(ClientHello, RefusesAnExtensionTwice) {
  expect_refused(hello_with(Bytes{0, 5, 0, 0, 0, 7, 0, 0, 0, 5, 0, 0}));
}

TEST(ClientHello, RefusesAServerNameThatIsNoHostName) {
  for (const auto* name : {"", "a b", "192.0.2.1", "::1", "a..b"}) {
    SCOPED_TRACE(name);
    expect_refused(hello_with(server_name(name)));
  }
  expect_refused(hello_with(extension(0, Bytes{0, 4, 1, 0, 1, 'a'})));                // no host_name
  expect_refused(hello_with(extension(0, Bytes{0, 8, 0, 0, 1, 'a', 0, 0, 1, 'b'})));  // two
  expect_refused(hello_with(extension(0, Bytes{0, 4, 0, 0, 1, 'a', 0})));             // more than the list
}

TEST(ClientHello, RefusesBadAlpnAndVersions) {
  expect_refused(hello_with(extension(16, Bytes{0, 0})));
  expect_refused(hello_with(extension(16, Bytes{0, 1, 0})));
  expect_refused(hello_with(extension(16, Bytes{0, 2, 2, 'h'})));
  expect_refused(hello_with(extension(43, Bytes{0})));
  expect_refused(hello_with(extension(43, Bytes{3, 3, 4, 3})));
}

}  // namespace
}  // namespace proxy
