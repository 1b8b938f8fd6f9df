// Headers of both formats, and numbers.
#include <gtest/gtest.h>

#include "openpgp-auth/packet.h"

namespace openpgp_auth {
namespace {

using tlscore::from_hex;

ErrorKind refusal(std::string_view hex) {
  const Bytes octets = *from_hex(hex);
  ByteReader reader(octets);
  const auto packet = next_packet(reader);
  EXPECT_FALSE(packet) << hex;
  return packet ? ErrorKind::Internal : packet.error().kind;
}

/// The octets of a number, or nothing.
std::optional<Bytes> mpi(std::string_view hex, bool strict) {
  const Bytes octets = *from_hex(hex);
  ByteReader reader(octets);
  const auto number = next_mpi(reader, strict);
  if (!number) return std::nullopt;
  return Bytes(number->begin(), number->end());
}

TEST(OpenPgpPacket, ReadsEachFormOfHeader) {
  // Old format with lengths of one, two and four octets; new format with one, two and five.
  const struct {
    std::string_view header;
    std::size_t length;
  } cases[] = {{"9803", 3},      {"990003", 3},       {"990100", 256},        {"9a00000003", 3},
               {"c603", 3},      {"c6bf", 191},       {"c6c000", 192},        {"c6c5fb", 1723},
               {"c6dfff", 8383}, {"c6ff00000003", 3}, {"c6ff00010000", 65536}};
  for (const auto& [header, length] : cases) {
    SCOPED_TRACE(header);
    Bytes octets = *from_hex(header);
    const std::size_t header_bytes = octets.size();
    octets.resize(header_bytes + length + 2, 0x5a);
    ByteReader reader(octets);
    const auto packet = next_packet(reader);
    ASSERT_TRUE(packet) << packet.error().message;
    EXPECT_EQ(packet->tag, kPublicKeyTag);
    EXPECT_EQ(packet->body.size(), length);
    EXPECT_EQ(packet->whole.size(), header_bytes + length);
    EXPECT_EQ(packet->whole.data(), octets.data());
    EXPECT_EQ(reader.left(), 2U);
  }
}

TEST(OpenPgpPacket, ReadsTypesThatOnlyTheNewFormatHas) {
  const Bytes octets = *from_hex("d10161");
  ByteReader reader(octets);
  EXPECT_EQ(next_packet(reader)->tag, kUserAttributeTag);
}

TEST(OpenPgpPacket, RefusesWhatIsNoHeader) {
  EXPECT_EQ(refusal(""), ErrorKind::Malformed);
  EXPECT_EQ(refusal("2d2d2d"), ErrorKind::Malformed);
  EXPECT_EQ(refusal("7f03000000"), ErrorKind::Malformed);
}

TEST(OpenPgpPacket, RefusesTheReservedType) {
  EXPECT_EQ(refusal("8000"), ErrorKind::Malformed);
  EXPECT_EQ(refusal("c000"), ErrorKind::Malformed);
}

TEST(OpenPgpPacket, RefusesAnIndeterminateLength) {
  EXPECT_EQ(refusal("9b000000"), ErrorKind::Malformed);
}

TEST(OpenPgpPacket, RefusesAPartialLength) {
  // Long enough for each power of two up to 16 KiB, and for what they would be as a length of two octets.
  const std::string padding(std::size_t{2} * 20000, '0');
  for (const char* const header : {"c6e0", "c6ee", "c6f0", "c6fe"})
    EXPECT_EQ(refusal(header + padding), ErrorKind::Malformed) << header;
}

TEST(OpenPgpPacket, RefusesWhatEndsTooEarly) {
  for (const char* const hex : {"98", "9801", "9903", "990001", "99ffff00", "9a0000", "9affffffff00", "c6",
                                "c602ff", "c6c0", "c6ff0000", "c6ffffffffff00"}) {
    EXPECT_EQ(refusal(hex), ErrorKind::Malformed);
  }
}

TEST(OpenPgpPacket, ReadsNumbers) {
  EXPECT_EQ(mpi("000101", true), (Bytes{1}));
  EXPECT_EQ(mpi("000901ff", true), (Bytes{1, 0xff}));
  EXPECT_EQ(mpi("0008ff", true), (Bytes{0xff}));
  EXPECT_EQ(mpi("0000", true), Bytes{});
}

TEST(OpenPgpPacket, RefusesANumberWhoseLengthDoesNotStartAtItsFirstBit) {
  EXPECT_EQ(mpi("000201", true), std::nullopt);
  EXPECT_EQ(mpi("0001ff", true), std::nullopt);
  EXPECT_EQ(mpi("001000ff", true), std::nullopt);
  EXPECT_EQ(mpi("000800", true), std::nullopt);
}

TEST(OpenPgpPacket, ForgivesSuchANumberInASignature) {
  EXPECT_EQ(mpi("001000ff", false), (Bytes{0xff}));
  EXPECT_EQ(mpi("000201", false), (Bytes{1}));
}

TEST(OpenPgpPacket, RefusesANumberThatEndsTooEarly) {
  for (const char* const hex : {"", "00", "0001", "000901"}) {
    EXPECT_EQ(mpi(hex, true), std::nullopt) << hex;
    EXPECT_EQ(mpi(hex, false), std::nullopt) << hex;
  }
}

}  // namespace
}  // namespace openpgp_auth
