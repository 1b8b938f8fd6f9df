// The extension of RFC 6091 in hello messages, as captured from the last implementation in the field and as
// nobody should send it.
#include "tlscore/tls/certificate_type.h"

#include <gtest/gtest.h>

#include "tlscore/base/byte_reader.h"

namespace tlscore::tls {
namespace {

/// A hello message with these extensions: version, random, empty session id, and one cipher suite.
Bytes hello(std::uint8_t message, std::string_view extensions_hex) {
  std::string body = "0303" + std::string(64, '1') + "00";
  body += message == 1 ? "0002c02b0100" : "c02b00";
  const Bytes extensions = *from_hex(extensions_hex);
  const Bytes length = {static_cast<std::uint8_t>(extensions.size() >> 8U),
                        static_cast<std::uint8_t>(extensions.size())};
  body += to_hex(length) + std::string(extensions_hex);
  const Bytes octets = *from_hex(body);
  ByteWriter writer;
  writer.u8(message);
  writer.u24(static_cast<std::uint32_t>(octets.size()));
  writer.bytes(octets);
  return writer.take();
}

std::string found_in(ByteView message) {
  const auto found = find_certificate_types(message);
  if (!found) return "refused";
  return *found ? to_hex(**found) : "none";
}

TEST(CertificateType, FindsWhatGnuTlsSends) {
  EXPECT_EQ(found_in(hello(1,
                           "00170000"
                           "000900020101"
                           "ff01000100")),
            "0101");
  EXPECT_EQ(found_in(hello(2,
                           "00170000"
                           "0009000101")),
            "01");
  EXPECT_EQ(found_in(hello(2, "00170000")), "none");
}

TEST(CertificateType, AHelloWithoutAnyExtensionsHasNone) {
  const Bytes message = *from_hex(
      "02000026"
      "0303" +
      std::string(64, '1') +
      "00"
      "c02b"
      "00");
  EXPECT_EQ(found_in(message), "none");
}

TEST(CertificateType, RefusesWhatDoesNotAddUp) {
  EXPECT_EQ(found_in(hello(1,
                           "000900020101"
                           "000900020101")),
            "refused")
      << "twice";
  EXPECT_EQ(found_in(hello(1, "0009000301")), "refused") << "an extension past the end";
  EXPECT_EQ(found_in(hello(1, "000900")), "refused") << "half an extension";
  EXPECT_EQ(found_in(hello(11, "000900020101")), "refused") << "another message";
  Bytes longer = hello(2, "0009000101");
  longer.push_back(0);
  EXPECT_EQ(found_in(longer), "refused") << "octets left over";
  const Bytes whole = hello(1, "000900020101");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(found_in(ByteView(whole).first(size)), "refused") << size;
}

TEST(CertificateType, ReadsListsInTheirOrderAndPassesOverWhatItDoesNotKnow) {
  using enum CertificateType;
  EXPECT_EQ(*parse_certificate_types(*from_hex("020100")), (std::vector{OpenPgp, X509}));
  EXPECT_EQ(*parse_certificate_types(*from_hex("030205"
                                               "01")),
            std::vector{OpenPgp});
  EXPECT_TRUE(parse_certificate_types(*from_hex("0102"))->empty());
}

TEST(CertificateType, RefusesListsThatAreBroken) {
  for (const char* list : {"", "00", "0201", "010100"})
    EXPECT_FALSE(parse_certificate_types(*from_hex(list)).has_value()) << list;
}

TEST(CertificateType, ReadsAServersChoice) {
  EXPECT_EQ(*parse_certificate_type(*from_hex("01")), CertificateType::OpenPgp);
  EXPECT_EQ(*parse_certificate_type(*from_hex("00")), CertificateType::X509);
  EXPECT_EQ(parse_certificate_type(*from_hex("02")).error().kind, ErrorKind::Unsupported);
  EXPECT_EQ(parse_certificate_type(*from_hex("0101")).error().kind, ErrorKind::Malformed);
  EXPECT_EQ(parse_certificate_type({}).error().kind, ErrorKind::Malformed);
}

TEST(CertificateType, WritesWhatGnuTlsWrites) {
  using enum CertificateType;
  EXPECT_EQ(to_hex(write_certificate_types(std::vector{OpenPgp})), "000900020101");
  EXPECT_EQ(to_hex(write_certificate_types(std::vector{OpenPgp, X509})), "00090003020100");
  EXPECT_EQ(to_hex(write_certificate_type(OpenPgp)), "0009000101");
}

TEST(CertificateType, AServerHelloTakesOneMoreExtension) {
  const Bytes extension = write_certificate_type(CertificateType::OpenPgp);
  for (const char* before : {"", "00170000"}) {
    Bytes longer = *with_extension(hello(2, before), extension);
    longer[3] = static_cast<std::uint8_t>(longer.size() - 4);
    EXPECT_EQ(longer, hello(2, std::string(before) + "0009000101"));
  }
  EXPECT_FALSE(with_extension(hello(1, ""), extension).has_value());
}

}  // namespace
}  // namespace tlscore::tls
