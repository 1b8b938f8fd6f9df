// Whole messages of the last implementation of RFC 6091 in the field (tests/data/rfc6091): read, written byte
// for byte, and its signatures checked with the key that we find in its certificates.
#include <gtest/gtest.h>

#include "openpgp-auth/authenticating_key.h"
#include "tests/unit/openpgp_test_data.h"
#include "tlscore/base/byte_reader.h"
#include "tlscore/tls/certificate_type.h"
#include "tlscore/x509/digest.h"
#include "tlscore/x509/pem.h"

namespace tlscore::tls {
namespace {

constexpr std::size_t kHeaderBytes = 4;
constexpr std::size_t kRandomBytes = 32;

class Rfc6091Vectors : public testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] static Bytes message(const std::string& which) {
    const auto octets = x509::read_file("tests/data/rfc6091/" + std::string(GetParam()) + "-" + which);
    EXPECT_TRUE(octets.has_value()) << which;
    return to_bytes(octets.value_or(""));
  }
  /// Client's and server's random, after the version.
  [[nodiscard]] static ByteView random_of(ByteView hello) {
    return hello.subspan(kHeaderBytes + 2, kRandomBytes);
  }
};

TEST_P(Rfc6091Vectors, TheHellosNameOpenPgpInOurWords) {
  const Bytes client = message("client.hello");
  const Bytes server = message("server.hello");
  const auto offered = find_certificate_types(client);
  const auto chosen = find_certificate_types(server);
  ASSERT_TRUE(offered && *offered && chosen && *chosen);
  EXPECT_EQ(*parse_certificate_types(**offered), std::vector{CertificateType::OpenPgp});
  EXPECT_EQ(*parse_certificate_type(**chosen), CertificateType::OpenPgp);
  const auto holds = [](ByteView hello, const Bytes& extension) {
    return !std::ranges::search(hello, extension).empty();
  };
  EXPECT_TRUE(holds(client, write_certificate_types(std::vector{CertificateType::OpenPgp})));
  EXPECT_TRUE(holds(server, write_certificate_type(CertificateType::OpenPgp)));
}

TEST_P(Rfc6091Vectors, TheServersKeyExchangeIsSignedByTheKeyThatItsCertificateNames) {
  const auto key = openpgp_auth::authenticating_key(message("server.body"));
  ASSERT_TRUE(key.has_value()) << key.error().message;
  const Bytes exchange = message("server.key_exchange");
  ByteReader reader(ByteView(exchange).subspan(kHeaderBytes));
  // ECDHE parameters (RFC 8422, section 5.4): curve type, named curve, point.
  constexpr std::size_t kBeforePoint = 4;
  const std::size_t parameters = kBeforePoint + exchange.at(kHeaderBytes + kBeforePoint - 1);
  const Bytes client = message("client.hello");
  const Bytes server = message("server.hello");
  ByteWriter signed_octets;
  signed_octets.bytes(random_of(client));
  signed_octets.bytes(random_of(server));
  signed_octets.bytes(*reader.bytes(parameters));
  const auto hash = reader.u8() == 4 ? x509::Hash::Sha256 : x509::Hash::Sha384;
  ASSERT_EQ(reader.u8(), 1) << "RSA";
  const auto signature_bytes = reader.u16();
  ASSERT_EQ(signature_bytes, reader.left());
  const x509::SignatureRequest request{x509::SignatureScheme::RsaPkcs1, hash,
                                       x509::digest(hash, signed_octets.view())};
  EXPECT_TRUE(key->verify(request, reader.rest()).has_value());
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Rfc6091Vectors,
                         testing::Values("sign_and_authenticate_subkeys", "primary_keys",
                                         "authenticate_only_subkeys", "client_sends_empty_certificate"));

}  // namespace
}  // namespace tlscore::tls
