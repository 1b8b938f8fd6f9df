// The text around certificates: PEM, dates, names and their strings.
#include <gtest/gtest.h>

#include "tests/unit/x509_builder.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/directory_string.h"
#include "tlscore/x509/distinguished_name.h"
#include "tlscore/x509/pem.h"

namespace tlscore::x509 {
namespace {

TEST(Pem, TakesTheBlocksOfItsLabelOnly) {
  const std::string text = "before\n" + to_pem("CERTIFICATE", to_bytes("one")) +
                           to_pem("PRIVATE KEY", to_bytes("two")) + to_pem("CERTIFICATE", Bytes(100, 7)) +
                           "after";
  const auto blocks = parse_pem(text, "CERTIFICATE");
  ASSERT_TRUE(blocks);
  EXPECT_EQ(*blocks, (std::vector<Bytes>{to_bytes("one"), Bytes(100, 7)}));
  EXPECT_TRUE(parse_pem("", "CERTIFICATE")->empty());
}

TEST(Pem, RefusesABrokenBlock) {
  EXPECT_EQ(parse_pem("-----BEGIN X-----\nAAAA\n", "X").error().kind, ErrorKind::Malformed);
  EXPECT_EQ(parse_pem("-----BEGIN X-----\nAA*A\n-----END X-----\n", "X").error().kind, ErrorKind::Malformed);
  EXPECT_EQ(parse_pem("-----BEGIN X-----\nAAA\n-----END X-----\n", "X").error().kind, ErrorKind::Malformed);
}

TEST(Pem, RefusesTooManyBlocks) {
  std::string text;
  for (int i = 0; i < 4097; ++i) text += "-----BEGIN X-----\nAAAA\n-----END X-----\n";
  EXPECT_EQ(parse_pem(text, "X").error().kind, ErrorKind::TooLarge);
}

TEST(Date, GoesRound) {
  for (const char* text :
       {"2025-03-01T12:30:00Z", "1950-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2024-02-29T00:00:00Z"}) {
    EXPECT_EQ(to_rfc3339(*parse_rfc3339(text)), text);
  }
  EXPECT_EQ(to_date(*parse_rfc3339("2025-03-01")), "2025-03-01");
}

TEST(Date, AnOffsetIsTakenOff) {
  EXPECT_EQ(to_rfc3339(*parse_rfc3339("2025-03-01T01:00:00+02:00")), "2025-02-28T23:00:00Z");
  EXPECT_EQ(to_rfc3339(*parse_rfc3339("2025-03-01t01:00:00.123456789-00:30")), "2025-03-01T01:30:00Z");
}

TEST(Date, RefusesWhatIsNone) {
  for (const char* text :
       {"", "yesterday", "2025", "2025-3-1", "2025-02-29", "2025-13-01", "2025-00-01", "2025-03-01T",
        "2025-03-01T24:00:00Z", "2025-03-01T12:60:00Z", "2025-03-01T12:30:60Z", "2025-03-01T12:30:00",
        "2025-03-01T12:30Z", "2025-03-01T12:30:00.Z", "2025-03-01T12:30:00Zx", "2025-03-01T12:30:00+1:00",
        "2025-03-01 ", "-2025-03-01"}) {
    EXPECT_EQ(parse_rfc3339(text).error().kind, ErrorKind::Malformed) << text;
  }
}

TEST(DirectoryString, IsDecodedByItsType) {
  EXPECT_EQ(decode_string(kDerUtf8String, as_bytes("m\xc3\xbc")), "m\xc3\xbc");
  EXPECT_EQ(decode_string(kDerT61String, as_bytes("m\xfc")), "m\xc3\xbc");
  EXPECT_EQ(decode_string(kDerBmpString, Bytes{0, 'm', 0, 0xfc, 0x20, 0xac}), "m\xc3\xbc\xe2\x82\xac");
  EXPECT_EQ(decode_string(kDerUniversalString, Bytes{0, 1, 0xf6, 0}), "\xf0\x9f\x98\x80");
}

TEST(DirectoryString, RefusesOctetsThatItsTypeDoesNotAllow) {
  // Overlong, surrogate, beyond Unicode, cut off, lone continuation.
  for (const char* text :
       {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80", "\xff"}) {
    EXPECT_EQ(decode_string(kDerUtf8String, as_bytes(text)), std::nullopt);
  }
  EXPECT_EQ(decode_string(kDerPrintableString, as_bytes("\xfc")), std::nullopt);
  EXPECT_EQ(decode_string(kDerBmpString, Bytes{0}), std::nullopt);
  EXPECT_EQ(decode_string(kDerBmpString, Bytes{0xd8, 0}), std::nullopt);
  EXPECT_EQ(decode_string(kDerUniversalString, Bytes{0, 0x11, 0, 0}), std::nullopt);
  EXPECT_EQ(decode_string(kDerOctetString, as_bytes("x")), std::nullopt);
}

TEST(DirectoryString, NothingBreaksALineOrTurnsItsDirection) {
  EXPECT_EQ(escape_controls("a\r\nb\x1b[0m\x7f"), "a\\0d\\0ab\\1b[0m\\7f");
  EXPECT_EQ(escape_controls(std::string("a\0b", 3)), "a\\00b");
  EXPECT_EQ(escape_controls(std::string{'\xe2', '\x80', '\xae'} + "evil"), "\\e2\\80\\aeevil");
  EXPECT_EQ(escape_controls("\xc2\x85\xff"), "\\c2\\85\\ff");
  EXPECT_EQ(escape_controls("m\xc3\xbcnchen"), "m\xc3\xbcnchen");
}

TEST(DistinguishedName, IsShownMostSpecificFirst) {
  const Bytes name =
      der(kDerSequence, {rdn(kOrganizationOid, "Example, Inc."), rdn(kCommonNameOid, " #me ")});
  EXPECT_EQ(to_text(*parse_distinguished_name(name)), "CN=\\ #me\\ ,O=Example\\, Inc.");
  EXPECT_EQ(to_text(*parse_distinguished_name(Bytes{0x30, 0x00})), "");
}

TEST(DistinguishedName, ShowsWhatItDoesNotKnowInHexadecimal) {
  constexpr std::uint8_t kUnknown[] = {0x2a, 0x03, 0x04};
  const Bytes name = der(kDerSequence, rdn(kUnknown, "x", kDerOctetString));
  EXPECT_EQ(to_text(*parse_distinguished_name(name)), "1.2.3.4=#040178");
}

TEST(DistinguishedName, RefusesABrokenName) {
  const Bytes good = common_name("Somebody");
  for (std::size_t n = 0; n < good.size(); ++n) {
    EXPECT_FALSE(parse_distinguished_name(ByteView(good).first(n))) << n;
  }
  EXPECT_FALSE(parse_distinguished_name(der(kDerSequence, der(kDerSet, ByteView()))));
  Bytes many;
  for (int i = 0; i < 65; ++i) {
    const Bytes one = rdn(kCommonNameOid, "x");
    many.insert(many.end(), one.begin(), one.end());
  }
  EXPECT_EQ(parse_distinguished_name(der(kDerSequence, many)).error().kind, ErrorKind::TooLarge);
}

TEST(Der, WritesWhatItReadsAtEveryLengthOfLength) {
  for (const std::size_t size : {0U, 1U, 127U, 128U, 255U, 256U, 65535U, 65536U}) {
    const Bytes contents(size, 0x5a);
    const Bytes element = der(kDerOctetString, contents);
    DerReader reader(element);
    const auto read = reader.next(kDerOctetString);
    ASSERT_TRUE(read) << size;
    EXPECT_EQ(Bytes(read->begin(), read->end()), contents);
    EXPECT_TRUE(reader.done());
  }
}

TEST(Der, RefusesWhatDerForbids) {
  const auto is_read = [](const Bytes& bytes) { return DerReader(bytes).next().has_value(); };
  EXPECT_TRUE(is_read({0x04, 0x01, 0x00}));
  EXPECT_FALSE(is_read({0x04, 0x81, 0x01, 0x00})) << "a length longer than it must be";
  EXPECT_FALSE(is_read({0x04, 0x82, 0x00, 0x80})) << "a leading zero";
  EXPECT_FALSE(is_read({0x04, 0x80, 0x00, 0x00})) << "an indefinite length";
  EXPECT_FALSE(is_read({0x04, 0x85, 0x01, 0x00, 0x00, 0x00, 0x00})) << "five octets of length";
  EXPECT_FALSE(is_read({0x1f, 0x21, 0x00})) << "a long tag";
  EXPECT_FALSE(is_read({0x04, 0x02, 0x00})) << "cut off";
  EXPECT_FALSE(is_read({0x04}));
  EXPECT_FALSE(is_read({}));
}

TEST(Der, IntegersArePositiveAndShort) {
  EXPECT_EQ(der_integer(Bytes{0, 0, 1}), (Bytes{0x02, 0x01, 0x01}));
  EXPECT_EQ(der_integer(Bytes{0x80}), (Bytes{0x02, 0x02, 0x00, 0x80}));
  EXPECT_EQ(der_integer({}), (Bytes{0x02, 0x01, 0x00}));
}

}  // namespace
}  // namespace tlscore::x509
