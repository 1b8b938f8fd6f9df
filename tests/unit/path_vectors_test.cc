// Whole chains that OpenSSL made (tests/data/x509/make.sh), judged at 2030-01-01.
#include <gtest/gtest.h>

#include "tests/unit/x509_test_data.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/path.h"

namespace tlscore::x509 {
namespace {

/// What is said of <leaf>.pem with its issuer beside it, or "trusted".
std::string judge(const std::string& leaf, const std::string& issuer, std::string_view host = "party.example",
                  std::string_view time = "2030-01-01") {
  std::vector<Certificate> chain = test_certificates(leaf + ".pem");
  if (!issuer.empty()) chain.push_back(test_certificates(issuer + ".pem").front());
  const auto roots = TrustStore::from_file(test_data_path("root.pem"));
  const auto path = verify_server_path({chain, host, *parse_rfc3339(time), *roots});
  return path ? "trusted" : path.error().message;
}

TEST(PathVectors, AChainToTheRootIsTrustedForEachOfItsNames) {
  for (const char* host :
       {"party.example", "PARTY.example.", "x.wild.example", "192.0.2.1", "2001:DB8::1", "[2001:db8::1]"}) {
    EXPECT_EQ(judge("leaf", "intermediate", host), "trusted") << host;
  }
}

TEST(PathVectors, AnotherNameIsRefused) {
  EXPECT_EQ(judge("leaf", "intermediate", "other.example"),
            "it is for party.example, *.wild.example, 192.0.2.1 and others, not for other.example");
  EXPECT_EQ(judge("leaf-client", "intermediate", "other.example"),
            "the certificate may not be used for servers (no serverAuth in its extended key usage)");
  EXPECT_NE(judge("leaf", "intermediate", "wild.example"), "trusted");
  EXPECT_NE(judge("leaf", "intermediate", "a.b.wild.example"), "trusted");
  EXPECT_NE(judge("leaf", "intermediate", "192.0.2.2"), "trusted");
}

TEST(PathVectors, TheCommonNameIsNotAName) {
  EXPECT_EQ(judge("leaf-cn-only", "intermediate"),
            "it is for no host at all (no subject alternative name), not for party.example");
}

TEST(PathVectors, TimeIsTheOneAskedFor) {
  EXPECT_EQ(judge("leaf-expired", "intermediate"), "the certificate expired on 2025-03-01");
  EXPECT_EQ(judge("leaf-expired", "intermediate", "party.example", "2025-02-01"), "trusted");
  EXPECT_EQ(judge("leaf", "intermediate", "party.example", "2024-12-31"),
            "the certificate is not valid before 2025-01-01");
}

TEST(PathVectors, WithoutTheIntermediateThereIsNoPath) {
  EXPECT_EQ(judge("leaf", ""), "no path to a trusted CA (issuer CN=Test Intermediate,O=Example,C=DE)");
  EXPECT_EQ(judge("self-signed", ""), "it is self-signed");
}

TEST(PathVectors, WeakAlgorithmsAreRefused) {
  EXPECT_EQ(judge("leaf-sha1", "intermediate"),
            "the certificate is signed with an algorithm that is no longer safe");
  EXPECT_EQ(judge("leaf-rsa1024", "intermediate"), "the certificate has a key that is too weak");
  EXPECT_EQ(judge("leaf-pss", "intermediate"), "trusted");
}

TEST(PathVectors, NameConstraintsHoldCriticalOrNot) {
  EXPECT_EQ(judge("leaf-inside", "constrained", "www.party.example"), "trusted");
  EXPECT_EQ(judge("leaf-inside", "constrained-loosely", "192.0.2.7"), "trusted");
  EXPECT_EQ(judge("leaf-outside", "constrained", "other.example"),
            "the CA's name constraints exclude other.example");
  EXPECT_EQ(judge("leaf-outside", "constrained-loosely", "other.example"),
            "the CA's name constraints exclude other.example");
}

TEST(PathVectors, AnEd25519KeyIsReadAndNotTrusted) {
  EXPECT_EQ(judge("leaf-ed25519", "intermediate"),
            "the certificate has an Ed25519 key, which is trusted by a pin or by OpenPGP, not by a CA");
}

TEST(PathVectors, UnknownCriticalExtensionsAreNotRead) {
  EXPECT_EQ(load_certificates(test_data_path("unknown-critical.pem")).error().kind, ErrorKind::Unsupported);
}

TEST(PathVectors, ASelfSignedCertificateAmongTheRootsIsTrusted) {
  const auto chain = test_certificates("self-signed.pem");
  const auto roots = TrustStore::from_file(test_data_path("self-signed.pem"));
  const auto path = verify_server_path({chain, "party.example", *parse_rfc3339("2030-01-01"), *roots});
  ASSERT_TRUE(path) << path.error().message;
  EXPECT_EQ(path->certificates, chain);
}

}  // namespace
}  // namespace tlscore::x509
