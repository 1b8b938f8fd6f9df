// What the path demands of each certificate, with chains made here.
#include "tlscore/x509/path.h"

#include <gtest/gtest.h>

#include "tests/unit/x509_builder.h"
#include "tlscore/x509/date.h"

namespace tlscore::x509 {
namespace {

class PathTest : public testing::Test {
 protected:
  /// What is said of a chain of leaf, intermediate and root, or "trusted".
  std::string judge(std::string_view host = "party.example") {
    const Certificate root = certificate(m_root, m_root, m_root_extensions, m_root_validity);
    const Certificate intermediate = certificate(m_intermediate, m_root, m_intermediate_extensions);
    const std::vector<Certificate> chain = {certificate(m_leaf, m_intermediate, m_leaf_extensions),
                                            intermediate};
    return judge_chain(chain, {root}, host);
  }

  std::string judge_chain(const std::vector<Certificate>& chain, const std::vector<Certificate>& roots,
                          std::string_view host = "party.example") {
    const auto store = TrustStore::from_certificates(roots);
    const auto path = verify_server_path({chain, host, *parse_rfc3339("2030-01-01"), *store});
    return path ? "trusted" : path.error().message;
  }

  Holder m_root{"Root"};
  Holder m_intermediate{"Intermediate"};
  Holder m_leaf{"Leaf"};
  Validity m_root_validity;
  std::vector<Bytes> m_root_extensions = {basic_constraints(true)};
  std::vector<Bytes> m_intermediate_extensions = {basic_constraints(true)};
  std::vector<Bytes> m_leaf_extensions = {alternative_names({dns("party.example")})};
};

TEST_F(PathTest, ABareChainIsTrusted) {
  EXPECT_EQ(judge(), "trusted");
}

TEST_F(PathTest, TheOrderOfTheOthersDoesNotMatter) {
  Holder second("Second");
  const Certificate root = certificate(m_root, m_root, m_root_extensions);
  const Certificate upper = certificate(m_intermediate, m_root, m_intermediate_extensions);
  const Certificate lower = certificate(second, m_intermediate, m_intermediate_extensions);
  const Certificate leaf = certificate(m_leaf, second, m_leaf_extensions);
  EXPECT_EQ(judge_chain({leaf, upper, lower}, {root}), "trusted");
  EXPECT_EQ(judge_chain({leaf, root, lower, upper}, {root}), "trusted");
}

TEST_F(PathTest, AWrongSignatureIsNoPath) {
  Holder impostor("Intermediate");
  const Certificate root = certificate(m_root, m_root, m_root_extensions);
  const Certificate intermediate = certificate(m_intermediate, m_root, m_intermediate_extensions);
  const Certificate leaf = certificate(m_leaf, impostor, m_leaf_extensions);
  EXPECT_NE(judge_chain({leaf, intermediate}, {root}), "trusted");
}

TEST_F(PathTest, WithoutRootsNothingIsTrusted) {
  EXPECT_EQ(judge_chain({certificate(m_leaf, m_leaf, m_leaf_extensions)}, {}), "it is self-signed");
  EXPECT_EQ(judge_chain({}, {}), "no certificate was presented");
}

TEST_F(PathTest, AnIssuerMustBeACa) {
  m_intermediate_extensions = {basic_constraints(false)};
  EXPECT_EQ(judge(), "CN=Intermediate, which issued it, is no CA (basic constraints)");
  m_intermediate_extensions = {};
  EXPECT_EQ(judge(), "CN=Intermediate, which issued it, is no CA (basic constraints)");
}

TEST_F(PathTest, OfVersion1NoIssuerIsACaButARoot) {
  const Certificate leaf = certificate(m_leaf, m_intermediate, m_leaf_extensions);
  const Certificate intermediate = certificate_v1(m_intermediate, m_root);
  EXPECT_EQ(judge_chain({leaf, certificate(m_intermediate, m_root, m_intermediate_extensions)},
                        {certificate_v1(m_root, m_root)}),
            "trusted");
  EXPECT_EQ(judge_chain({leaf, intermediate}, {certificate(m_root, m_root, m_root_extensions)}),
            "CN=Intermediate, which issued it, is no CA (basic constraints)");
}

TEST_F(PathTest, ASelfIssuedCaDoesNotCountInThePathLength) {
  m_intermediate.name = m_root.name;
  m_root_extensions = {basic_constraints(true, 0)};
  EXPECT_EQ(judge(), "trusted");
}

TEST_F(PathTest, PathLengthIsKept) {
  m_root_extensions = {basic_constraints(true, 0)};
  EXPECT_NE(judge(), "trusted");
  m_root_extensions = {basic_constraints(true, 1)};
  EXPECT_EQ(judge(), "trusted");
}

TEST_F(PathTest, ACaWithKeyUsageMustBeAllowedToCertify) {
  m_intermediate_extensions = {basic_constraints(true), key_usage(kDigitalSignature)};
  EXPECT_NE(judge(), "trusted");
  m_intermediate_extensions = {basic_constraints(true), key_usage(kKeyCertSign)};
  EXPECT_EQ(judge(), "trusted");
  m_root_extensions = {basic_constraints(true), key_usage(kDigitalSignature)};
  EXPECT_NE(judge(), "trusted");
}

TEST_F(PathTest, ALeafWithKeyUsageMustBeAllowedToSign) {
  m_leaf_extensions.push_back(key_usage(0x20));
  EXPECT_EQ(judge(), "the certificate's key usage does not allow signatures");
  m_leaf_extensions.back() = key_usage(kDigitalSignature | 0x20);
  EXPECT_EQ(judge(), "trusted");
}

TEST_F(PathTest, AnExtendedKeyUsageMustNameServersAlongTheWholePath) {
  m_leaf_extensions.push_back(extended_key_usage(kClientAuthOid));
  EXPECT_EQ(judge(), "the certificate may not be used for servers (no serverAuth in its extended key usage)");
  m_leaf_extensions.back() = extended_key_usage(ByteView(kAnyUsageOid).first(3));
  EXPECT_NE(judge(), "trusted") << "anyExtendedKeyUsage without its last octet is something else";
  m_leaf_extensions.back() = extended_key_usage(kAnyUsageOid);
  EXPECT_EQ(judge(), "trusted");
  m_intermediate_extensions.push_back(extended_key_usage(kClientAuthOid));
  EXPECT_EQ(judge(),
            "the CA certificate CN=Intermediate may not issue for servers (no serverAuth in its extended key "
            "usage)");
  m_intermediate_extensions.back() = extended_key_usage(kServerAuthOid);
  EXPECT_EQ(judge(), "trusted");
  m_root_extensions.push_back(extended_key_usage(kClientAuthOid));
  EXPECT_NE(judge(), "trusted");
}

TEST_F(PathTest, AnExpiredCaEndsThePath) {
  m_root_validity = {"200101000000Z", "290601000000Z"};
  EXPECT_EQ(judge(), "the CA certificate CN=Root expired on 2029-06-01");
}

TEST_F(PathTest, ConstraintsOfEveryCaHoldAlsoOfTheAnchor) {
  m_intermediate_extensions.push_back(name_constraints({dns("other.example")}, {}));
  EXPECT_EQ(judge(), "the CA's name constraints exclude party.example");
  m_intermediate_extensions.back() = name_constraints({dns("example")}, {});
  EXPECT_EQ(judge(), "trusted");
  m_root_extensions.push_back(name_constraints({}, {dns("party.example")}));
  EXPECT_EQ(judge(), "the CA's name constraints exclude party.example");
}

TEST_F(PathTest, ConstraintsHoldForTheIntermediatesSubjectToo) {
  m_root_extensions.push_back(name_constraints({der(0xa4, common_name("Somebody"))}, {}));
  EXPECT_EQ(judge(), "the CA's name constraints exclude CN=Leaf");
  m_root_extensions.back() = name_constraints({der(0xa4, common_name("Leaf"))}, {});
  EXPECT_EQ(judge(), "the CA's name constraints exclude CN=Intermediate");
}

TEST_F(PathTest, ALeafWithItsIssuersNameIsNotFreeOfConstraints) {
  m_root_extensions.push_back(name_constraints({dns("other.example")}, {}));
  m_leaf.name = m_intermediate.name;
  EXPECT_EQ(judge(), "the CA's name constraints exclude party.example");
}

TEST_F(PathTest, ASelfIssuedCaIsFreeOfConstraints) {
  // A rollover of the root's key (RFC 5280, section 6.1): same name, another key.
  m_intermediate.name = m_root.name;
  m_root_extensions.push_back(name_constraints({der(0xa4, common_name("Leaf"))}, {}));
  EXPECT_EQ(judge(), "trusted");
}

TEST_F(PathTest, AWildcardStandsForOneLabelOfAtLeastTwoOthers) {
  m_leaf_extensions = {alternative_names({dns("*.example"), dns("*.wild.example"), dns("f*.part.example")})};
  EXPECT_EQ(judge("x.wild.example"), "trusted");
  for (const char* host : {"party.example", "wild.example", "a.b.wild.example", "foo.part.example"}) {
    EXPECT_NE(judge(host), "trusted") << host;
  }
}

TEST_F(PathTest, AHostThatIsNoNameIsAnError) {
  EXPECT_EQ(judge("party..example"), "not a host name");
  EXPECT_EQ(judge("*.example"), "not a host name");
}

TEST_F(PathTest, MoreThan16CertificatesAreTooMany) {
  const std::vector<Certificate> chain(17, certificate(m_leaf, m_leaf, m_leaf_extensions));
  EXPECT_EQ(judge_chain(chain, {}), "more than 16 certificates were presented");
}

TEST_F(PathTest, ALongChainOfCasIsRefusedNotFollowed) {
  std::vector<Holder> holders;
  holders.reserve(12);
  for (int i = 0; i < 12; ++i) holders.emplace_back("CA " + std::to_string(i));
  std::vector<Certificate> chain = {certificate(m_leaf, holders[0], m_leaf_extensions)};
  for (std::size_t i = 0; i + 1 < holders.size(); ++i) {
    chain.push_back(certificate(holders[i], holders[i + 1], m_intermediate_extensions));
  }
  const Certificate root = certificate(holders.back(), holders.back(), m_root_extensions);
  EXPECT_EQ(judge_chain(chain, {root}), "its chain of certificates is too long");
}

class ClientPathTest : public PathTest {
 protected:
  /// What is said of a client with these extensions, or "trusted".
  std::string judge_client(const std::vector<Bytes>& extensions, const std::vector<Bytes>& ca_extensions) {
    const Certificate root = certificate(m_root, m_root, m_root_extensions);
    const Certificate intermediate = certificate(m_intermediate, m_root, ca_extensions);
    const std::vector<Certificate> chain = {certificate(m_leaf, m_intermediate, extensions), intermediate};
    const auto store = TrustStore::from_certificates({root});
    const auto path = verify_client_path({chain, "", *parse_rfc3339("2030-01-01"), *store});
    return path ? "trusted" : path.error().message;
  }
};

TEST_F(ClientPathTest, AClientNeedsNoName) {
  EXPECT_EQ(judge_client({}, m_intermediate_extensions), "trusted");
  EXPECT_EQ(judge_client({extended_key_usage(kClientAuthOid)}, m_intermediate_extensions), "trusted");
  EXPECT_EQ(judge_client({extended_key_usage(kAnyUsageOid)}, m_intermediate_extensions), "trusted");
}

TEST_F(ClientPathTest, ACertificateForServersOnlyIsNoClients) {
  EXPECT_EQ(judge_client({extended_key_usage(kServerAuthOid)}, m_intermediate_extensions),
            "the certificate may not be used for clients (no clientAuth in its extended key usage)");
}

TEST_F(ClientPathTest, ACaForServersOnlyMayNotIssueForClients) {
  EXPECT_EQ(judge_client({}, {basic_constraints(true), extended_key_usage(kServerAuthOid)}),
            "the CA certificate CN=Intermediate may not issue for clients (no clientAuth in its extended key "
            "usage)");
}

TEST_F(ClientPathTest, NameConstraintsHoldForClients) {
  EXPECT_NE(judge_client({alternative_names({dns("other.example")})},
                         {basic_constraints(true), name_constraints({dns("party.example")}, {})}),
            "trusted");
}

}  // namespace
}  // namespace tlscore::x509
