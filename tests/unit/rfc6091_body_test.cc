// Bodies that GnuTLS sent, and each way in which one can be wrong.
#include "openpgp-auth/rfc6091_body.h"

#include <gtest/gtest.h>

#include "openpgp-auth/armor.h"
#include "tests/unit/openpgp_test_data.h"

namespace openpgp_auth {
namespace {

using Kind = CertificateBody::Kind;
using tlscore::from_hex;

/// Every Certificate message of the captured handshakes, with the key ID in it; empty for empty_cert.
constexpr struct {
  const char* file;
  const char* key_id;
} kCaptured[] = {{"sign_and_authenticate_subkeys-client", "4b8e00902524ffa2"},
                 {"sign_and_authenticate_subkeys-server", "90c64795f92939dc"},
                 {"primary_keys-client", "4c958d158e583076"},
                 {"primary_keys-server", "a6a9e37f7cd01339"},
                 {"authenticate_only_subkeys-server", "a553d91e719651fb"},
                 {"client_sends_empty_certificate-client", ""},
                 {"client_sends_empty_certificate-server", "90c64795f92939dc"}};

ErrorKind refusal(std::string_view hex) {
  const auto body = parse_certificate_body(*from_hex(hex));
  EXPECT_FALSE(body) << hex;
  return body ? ErrorKind::Internal : body.error().kind;
}

TEST(Rfc6091Body, ReadsWhatGnutlsSent) {
  for (const auto& [file, key_id] : kCaptured) {
    SCOPED_TRACE(file);
    const auto body = parse_certificate_body(captured_body(file));
    ASSERT_TRUE(body) << body.error().message;
    const bool is_empty = std::string_view(key_id).empty();
    EXPECT_EQ(body->kind, is_empty ? Kind::Empty : Kind::Subkey);
    EXPECT_EQ(body->key_id.to_hex(), is_empty ? "0000000000000000" : key_id);
    EXPECT_EQ(body->packets.empty(), is_empty);
  }
}

TEST(Rfc6091Body, HoldsTheCertificateThatGnupgExported) {
  const struct {
    const char* file;
    const char* exported;
  } cases[] = {{"sign_and_authenticate_subkeys-client", "cli-sa"},
               {"sign_and_authenticate_subkeys-server", "srv-sa"},
               {"primary_keys-client", "cli-prim"},
               {"primary_keys-server", "srv-prim"},
               {"authenticate_only_subkeys-server", "srv-sub"}};
  for (const auto& [file, exported] : cases) {
    SCOPED_TRACE(file);
    const auto sent = Certificate::parse(parse_certificate_body(captured_body(file))->packets);
    ASSERT_TRUE(sent) << sent.error().message;
    const auto text = tlscore::x509::read_file(std::string("tests/data/rfc6091/") + exported + ".pub.asc");
    const auto kept = Certificate::parse(*dearmor(*text));
    ASSERT_TRUE(kept) << kept.error().message;
    EXPECT_EQ(sent->primary().fingerprint, kept->primary().fingerprint);
    EXPECT_EQ(sent->user_ids().at(0).text, kept->user_ids().at(0).text);
    EXPECT_EQ(sent->user_ids()[0].self_signatures.at(0).body, kept->user_ids()[0].self_signatures.at(0).body);
    ASSERT_EQ(sent->subkeys().size(), kept->subkeys().size());
    for (std::size_t i = 0; i < sent->subkeys().size(); ++i) {
      EXPECT_EQ(sent->subkeys()[i].key.fingerprint, kept->subkeys()[i].key.fingerprint);
      EXPECT_EQ(sent->subkeys()[i].bindings.at(0).body, kept->subkeys()[i].bindings.at(0).body);
    }
  }
}

TEST(Rfc6091Body, WritesWhatGnutlsSentButForItsMiscount) {
  for (const auto& [file, key_id] : kCaptured) {
    SCOPED_TRACE(file);
    const Bytes captured = captured_body(file);
    const auto written = write_certificate_body(*parse_certificate_body(captured));
    ASSERT_TRUE(written) << written.error().message;
    const auto length = ByteReader(*written).u24();
    EXPECT_EQ(length, written->size() - 3);
    const std::size_t miscount = std::string_view(key_id).empty() ? 0 : 7;
    EXPECT_EQ(ByteReader(captured).u24(), *length - miscount);
    EXPECT_TRUE(std::ranges::equal(ByteView(*written).subspan(3), ByteView(captured).subspan(3)));
  }
}

TEST(Rfc6091Body, ReadsTheFramingOfTheRfc) {
  for (const auto& [file, key_id] : kCaptured) {
    SCOPED_TRACE(file);
    const Bytes captured = captured_body(file);
    const auto bare = parse_certificate_body(ByteView(captured).subspan(3));
    ASSERT_TRUE(bare) << bare.error().message;
    EXPECT_EQ(*bare, *parse_certificate_body(captured));
  }
}

TEST(Rfc6091Body, ReadsWhatItWrites) {
  const CertificateBody bodies[] = {
      {},
      {.kind = Kind::Subkey, .key_id = {{1, 2, 3, 4, 5, 6, 7, 8}}, .packets = {9}},
      {.kind = Kind::SubkeyFingerprint, .key_id = {{1}}, .fingerprint = {{2}}}};
  for (const CertificateBody& body : bodies)
    EXPECT_EQ(*parse_certificate_body(*write_certificate_body(body)), body);
}

TEST(Rfc6091Body, ReadsAFingerprint) {
  const auto body =
      parse_certificate_body(*from_hex("03080102030405060708140102030405060708090a0b0c0d0e0f1011121314"));
  ASSERT_TRUE(body) << body.error().message;
  EXPECT_EQ(body->kind, Kind::SubkeyFingerprint);
  EXPECT_EQ(body->key_id.to_hex(), "0102030405060708");
  EXPECT_EQ(body->fingerprint.to_hex(), "0102030405060708090a0b0c0d0e0f1011121314");
}

TEST(Rfc6091Body, RefusesAnotherDescriptor) {
  EXPECT_EQ(refusal("04000000"), ErrorKind::Malformed);
  EXPECT_EQ(refusal("00000400000000"), ErrorKind::Malformed);
}

TEST(Rfc6091Body, RefusesWhatEndsTooEarly) {
  for (const char* const file : {"primary_keys-client", "client_sends_empty_certificate-client"}) {
    const Bytes captured = captured_body(file);
    for (std::size_t n = 0; n < captured.size(); ++n) {
      SCOPED_TRACE(testing::Message() << file << ", " << n << " octets");
      EXPECT_FALSE(parse_certificate_body(ByteView(captured).first(n)));
      EXPECT_FALSE(parse_certificate_body(ByteView(captured).first(n).subspan(std::min<std::size_t>(n, 3))));
    }
  }
}

TEST(Rfc6091Body, RefusesOctetsAfterTheEnd) {
  EXPECT_EQ(refusal("0100000000"), ErrorKind::Malformed);
  EXPECT_EQ(refusal("0000050100000000"), ErrorKind::Malformed);
  EXPECT_EQ(refusal("020801020304050607080000019900"), ErrorKind::Malformed);
  EXPECT_EQ(refusal("03080102030405060708140102030405060708090a0b0c0d0e0f101112131400"),
            ErrorKind::Malformed);
}

TEST(Rfc6091Body, RefusesALengthThatIsNeitherRightNorGnutls) {
  // A subkey_cert of 14 octets, whose length may be 14 or 7.
  const std::string_view inside = "0208010203040506070800000199";
  for (unsigned length = 0; length < 32; ++length) {
    const std::string hex =
        "0000" + tlscore::to_hex(Bytes{static_cast<std::uint8_t>(length)}) + std::string(inside);
    EXPECT_EQ(parse_certificate_body(*from_hex(hex)).has_value(), length == 14 || length == 7) << length;
  }
  EXPECT_EQ(refusal("00000301000000"), ErrorKind::Malformed);
}

TEST(Rfc6091Body, RefusesAnEmptyCertificateThatIsNotEmpty) {
  EXPECT_EQ(refusal("0100000199"), ErrorKind::Malformed);
}

TEST(Rfc6091Body, RefusesAKeyIdOfAnotherLength) {
  EXPECT_EQ(refusal("02070102030405060700000199"), ErrorKind::Malformed);
  EXPECT_EQ(refusal("020901020304050607080900000199"), ErrorKind::Malformed);
  EXPECT_EQ(refusal("030701020304050607140102030405060708090a0b0c0d0e0f1011121314"), ErrorKind::Malformed);
}

TEST(Rfc6091Body, RefusesAFingerprintOfAnotherLength) {
  EXPECT_EQ(refusal("03080102030405060708100102030405060708090a0b0c0d0e0f10"), ErrorKind::Malformed);
}

TEST(Rfc6091Body, RefusesASubkeyCertificateWithoutPackets) {
  EXPECT_EQ(refusal("02080102030405060708000000"), ErrorKind::Malformed);
}

TEST(Rfc6091Body, RefusesWhatIsTooLarge) {
  EXPECT_EQ(refusal("02080102030405060708040001"), ErrorKind::TooLarge);
  const CertificateBody large{.kind = Kind::Subkey, .packets = Bytes(0xffff - 12)};
  const auto written = write_certificate_body(large);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::TooLarge);
}

TEST(Rfc6091Body, WritesTheLargestThatCanBeToldFromADescriptor) {
  const CertificateBody large{.kind = Kind::Subkey, .packets = Bytes(0xffff - 13)};
  const auto written = write_certificate_body(large);
  ASSERT_TRUE(written);
  EXPECT_EQ(*parse_certificate_body(*written), large);
}

}  // namespace
}  // namespace openpgp_auth
