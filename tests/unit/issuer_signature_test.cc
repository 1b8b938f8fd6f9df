// Which signatures and keys a path may lead over, with OpenSSL's certificates.
#include "tlscore/x509/issuer_signature.h"

#include <gtest/gtest.h>

#include "tests/unit/x509_builder.h"
#include "tests/unit/x509_test_data.h"

namespace tlscore::x509 {
namespace {

Certificate first(const std::string& name) {
  return test_certificates(name + ".pem").front();
}

TEST(IssuerSignature, IsTheIssuersOnly) {
  EXPECT_TRUE(check_issuer_signature(first("leaf"), first("intermediate")));
  EXPECT_TRUE(check_issuer_signature(first("leaf-pss"), first("intermediate")));
  EXPECT_TRUE(check_issuer_signature(first("intermediate"), first("root")));
  EXPECT_TRUE(check_issuer_signature(first("root"), first("root")));
  Holder ca("CA");
  Holder twin("CA");
  const Certificate signed_by_ca = certificate(Holder("Leaf"), ca, {});
  EXPECT_TRUE(check_issuer_signature(signed_by_ca, certificate(ca, ca, {})));
  EXPECT_EQ(check_issuer_signature(signed_by_ca, certificate(twin, twin, {})).error().kind,
            ErrorKind::Untrusted);
  EXPECT_EQ(check_issuer_signature(first("leaf"), first("root")).error().message,
            "the signature is of another algorithm");
}

TEST(IssuerSignature, EveryOctetOfTheCertificateCounts) {
  Holder issuer("Issuer");
  const Holder subject("Subject");
  const Certificate ca = certificate(issuer, issuer, {basic_constraints(true)});
  Bytes der = certificate_der(subject, issuer, {});
  ASSERT_TRUE(check_issuer_signature(*Certificate::parse_der(der), ca));
  int read = 0;
  for (std::uint8_t& octet : der) {
    octet ^= 1U;
    if (const auto changed = Certificate::parse_der(der)) {
      ++read;
      EXPECT_FALSE(check_signed_safely(*changed) && check_issuer_signature(*changed, ca));
    }
    octet ^= 1U;
  }
  EXPECT_GT(read, 100) << "nothing was tested";
}

TEST(IssuerSignature, OnlySha2IsSafe) {
  EXPECT_TRUE(check_signed_safely(first("leaf")));
  EXPECT_TRUE(check_signed_safely(first("leaf-pss")));
  EXPECT_FALSE(check_signed_safely(first("leaf-sha1")));
  EXPECT_EQ(check_signed_safely(first("self-signed-ed25519")).error().message,
            "is signed with Ed25519, which no CA may use for TLS");
  EXPECT_FALSE(check_issuer_signature(first("leaf-sha1"), first("intermediate")));
}

TEST(PathKey, IsRsa2048OrACurveOfNists) {
  for (const char* name : {"root", "intermediate", "leaf"}) EXPECT_TRUE(check_path_key(first(name))) << name;
  EXPECT_EQ(check_path_key(first("leaf-rsa1024")).error().message, "has a key that is too weak");
  EXPECT_EQ(check_path_key(first("leaf-ed25519")).error().message,
            "has an Ed25519 key, which is trusted by a pin or by OpenPGP, not by a CA");
}

}  // namespace
}  // namespace tlscore::x509
