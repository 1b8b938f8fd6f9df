// Certificates that GnuPG made, and what is done to them here.
#include <gtest/gtest.h>

#include "openpgp-auth/certificate.h"
#include "tests/unit/openpgp_test_data.h"

namespace openpgp_auth {
namespace {

using tlscore::x509::PublicKey;

ErrorKind refusal(ByteView octets) {
  const auto certificate = Certificate::parse(octets);
  EXPECT_FALSE(certificate);
  return certificate ? ErrorKind::Internal : certificate.error().kind;
}

TEST(OpenPgpCertificate, ReadsEachKindOfKey) {
  const struct {
    const char* file;
    PublicKey::Type type;
  } cases[] = {{"rsa.pgp", PublicKey::Type::Rsa},
               {"p256.pgp", PublicKey::Type::EcP256},
               {"p384.pgp", PublicKey::Type::EcP384}};
  for (const auto& [file, type] : cases) {
    SCOPED_TRACE(file);
    const Certificate certificate = openpgp_certificate(file);
    ASSERT_TRUE(certificate.primary().key) << certificate.primary().why;
    EXPECT_EQ(certificate.primary().key->type(), type);
    ASSERT_EQ(certificate.subkeys().size(), 3U);
    EXPECT_TRUE(certificate.subkeys()[0].key.key);
    EXPECT_TRUE(certificate.subkeys()[1].key.key);
    EXPECT_EQ(primary_key_flags(certificate), kMayCertify | kMaySign);
    EXPECT_EQ(newest(certificate.subkeys()[0].bindings)->key_flags, kMaySign);
    EXPECT_EQ(newest(certificate.subkeys()[1].bindings)->key_flags, kMayAuthenticate);
    EXPECT_EQ(newest(certificate.subkeys()[2].bindings)->key_flags, kMayEncrypt);
    EXPECT_TRUE(std::ranges::equal(certificate.octets(), openpgp_data(file)));
  }
}

TEST(OpenPgpCertificate, RefusesWhatIsNotOneCertificate) {
  const Bytes rsa = openpgp_data("rsa.pgp");
  const Bytes p256 = openpgp_data("p256.pgp");
  EXPECT_EQ(refusal({}), ErrorKind::Malformed);
  EXPECT_EQ(refusal(concatenation({rsa, p256})), ErrorKind::Malformed);
  EXPECT_EQ(refusal(tlscore::as_bytes("-----BEGIN PGP PUBLIC KEY BLOCK-----")), ErrorKind::Malformed);
  EXPECT_EQ(refusal(ByteView(rsa).first(rsa.size() - 1)), ErrorKind::Malformed);
  EXPECT_EQ(refusal(make_packet(kUserIdTag, "party.example")), ErrorKind::Malformed);
}

TEST(OpenPgpCertificate, RefusesASecretKey) {
  EXPECT_EQ(refusal(openpgp_data("secret.pgp")), ErrorKind::Refused);
  EXPECT_EQ(refusal(concatenation({openpgp_data("rsa.pgp"), make_packet(kSecretSubkeyTag, "x")})),
            ErrorKind::Refused);
}

}  // namespace
}  // namespace openpgp_auth
