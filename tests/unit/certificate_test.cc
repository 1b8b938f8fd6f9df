// What a certificate says, and what is not read as one.
#include "tlscore/x509/certificate.h"

#include <gtest/gtest.h>
#include <mbedtls/x509_crt.h>

#include "tests/unit/x509_builder.h"
#include "tests/unit/x509_test_data.h"
#include "tlscore/x509/date.h"

namespace tlscore::x509 {
namespace {

ErrorKind refusal(const Bytes& der) {
  const auto parsed = Certificate::parse_der(der);
  EXPECT_FALSE(parsed);
  return parsed ? ErrorKind::Internal : parsed.error().kind;
}

TEST(Certificate, SaysWhatOpensslPutIn) {
  const Certificate leaf = test_certificates("leaf.pem").front();
  EXPECT_EQ(leaf.subject(), "CN=Party");
  EXPECT_EQ(leaf.issuer(), "CN=Test Intermediate,O=Example,C=DE");
  EXPECT_FALSE(leaf.is_self_issued());
  EXPECT_EQ(to_rfc3339(leaf.not_before()), "2025-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(leaf.not_after()), "2124-12-31T23:59:59Z");
  EXPECT_EQ(leaf.dns_names(), (std::vector<std::string>{"party.example", "*.wild.example"}));
  EXPECT_EQ(leaf.ip_addresses(), (std::vector<std::string>{"192.0.2.1", "2001:db8::1"}));
  EXPECT_EQ(leaf.key_usage(), kDigitalSignature);
  EXPECT_TRUE(leaf.allows(Purpose::ServerAuth));
  EXPECT_FALSE(leaf.allows(Purpose::ClientAuth));
  EXPECT_FALSE(leaf.is_ca());
  EXPECT_EQ(leaf.public_key().describe(), "P-256");
  EXPECT_EQ(leaf.sha256(), sha256(leaf.der()));
  EXPECT_EQ(leaf.handle()->next, nullptr);
}

TEST(Certificate, SaysWhatACaMayDo) {
  const Certificate ca = test_certificates("intermediate.pem").front();
  EXPECT_TRUE(ca.is_ca());
  EXPECT_EQ(ca.path_length(), 0U);
  EXPECT_FALSE(ca.has_extended_key_usage());
  EXPECT_TRUE(ca.allows(Purpose::ServerAuth));
  EXPECT_FALSE(ca.name_constraints());
  const Certificate root = test_certificates("root.pem").front();
  EXPECT_EQ(root.path_length(), std::nullopt);
  EXPECT_TRUE(root.is_self_issued());
}

TEST(Certificate, HasItsNameConstraintsCriticalOrNot) {
  const Certificate constrained = test_certificates("constrained.pem").front();
  ASSERT_TRUE(constrained.name_constraints());
  EXPECT_EQ(constrained.name_constraints()->permitted.size(), 2U);
  EXPECT_EQ(constrained.name_constraints()->excluded.size(), 1U);
  EXPECT_TRUE(test_certificates("constrained-loosely.pem").front().name_constraints());
}

TEST(Certificate, PemGoesRound) {
  const Certificate leaf = test_certificates("leaf.pem").front();
  const auto again = parse_pem_certificates(leaf.pem() + "some text\n" + leaf.pem());
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, (std::vector<Certificate>{leaf, leaf}));
}

TEST(Certificate, ACopyOutlivesItsOriginal) {
  std::optional<Certificate> leaf = test_certificates("leaf.pem").front();
  const Certificate copy = *leaf;
  const ByteView der = copy.der();
  leaf.reset();
  EXPECT_EQ(Certificate::parse_der(der).value(), copy);
}

TEST(Certificate, RefusesEveryTruncationAndAnyOctetMore) {
  const Certificate leaf = test_certificates("leaf.pem").front();
  Bytes der(leaf.der().begin(), leaf.der().end());
  for (std::size_t n = 0; n < der.size(); ++n) {
    EXPECT_FALSE(Certificate::parse_der(ByteView(der).first(n))) << n;
  }
  der.push_back(0);
  EXPECT_EQ(refusal(der), ErrorKind::Malformed);
  EXPECT_EQ(refusal(Bytes(65537)), ErrorKind::TooLarge);
}

TEST(Certificate, RefusesAnExtensionThatIsThereTwice) {
  Holder holder("Twice");
  const Bytes constraints = name_constraints({dns("example")}, {});
  EXPECT_EQ(refusal(certificate_der(holder, holder, {constraints, constraints})), ErrorKind::Malformed);
  const Bytes unknown = extension(kCommonNameOid, as_bytes("x"));
  EXPECT_EQ(refusal(certificate_der(holder, holder, {unknown, unknown})), ErrorKind::Malformed);
}

TEST(Certificate, RefusesBrokenNameConstraints) {
  Holder holder("Broken");
  EXPECT_EQ(refusal(certificate_der(holder, holder, {name_constraints({}, {})})), ErrorKind::Malformed);
}

TEST(Certificate, RefusesAnUnknownCriticalExtensionAndKeepsAnUncritical) {
  Holder holder("Unknown");
  EXPECT_EQ(refusal(certificate_der(holder, holder, {extension(kCommonNameOid, as_bytes("x"), true)})),
            ErrorKind::Unsupported);
  EXPECT_TRUE(
      Certificate::parse_der(certificate_der(holder, holder, {extension(kCommonNameOid, as_bytes("x"))})));
}

TEST(Certificate, RefusesAnAddressOfAWrongLength) {
  Holder holder("Address");
  EXPECT_EQ(refusal(certificate_der(holder, holder, {alternative_names({der(0x87, as_bytes("12345"))})})),
            ErrorKind::Malformed);
}

TEST(Certificate, ItsNameCannotForgeALine) {
  Holder holder("Me\r\nAnother,O=x");
  EXPECT_EQ(certificate(holder, holder, {}).subject(), "CN=Me\\0d\\0aAnother\\,O=x");
}

TEST(Certificate, PemWithoutCertificateIsNotFound) {
  EXPECT_EQ(parse_pem_certificates("nothing").error().kind, ErrorKind::NotFound);
  EXPECT_EQ(load_certificates("/nonexistent").error().kind, ErrorKind::NotFound);
}

TEST(Certificate, OnlyHarmlessExtensionsAreAcceptedWhereCritical) {
  const auto answer = [](ByteView oid, int is_critical) {
    mbedtls_asn1_buf buffer{};
    buffer.p = const_cast<unsigned char*>(oid.data());
    buffer.len = oid.size();
    return accept_critical_extension(nullptr, nullptr, &buffer, is_critical, nullptr, nullptr);
  };
  EXPECT_EQ(answer(kConstraintsOid, 1), 0);
  EXPECT_EQ(answer(kConstraintsOid, 0), 0);
  EXPECT_EQ(answer(kCommonNameOid, 0), 0);
  EXPECT_NE(answer(kCommonNameOid, 1), 0);
  for (const int policies : {0x20, 0x21, 0x36})  // certificatePolicies, policyMappings, inhibitAnyPolicy
    EXPECT_EQ(answer(Bytes{0x55, 0x1d, static_cast<std::uint8_t>(policies)}, 1), 0);
  EXPECT_NE(answer(Bytes{0x55, 0x1d, 0x24}, 1), 0) << "policyConstraints may demand a policy";
}

TEST(Certificate, AnUnknownCriticalExtensionIsNamed) {
  const auto unknown = load_certificates(test_data_path("unknown-critical.pem"));
  EXPECT_TRUE(unknown.error().message.ends_with("a critical extension that is not known here (1.2.3.4)"))
      << unknown.error().message;
}

}  // namespace
}  // namespace tlscore::x509
