// Where there are several ways: the one that holds is found, and what is said when none does.
#include "tlscore/x509/path_search.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/x509_builder.h"
#include "tlscore/x509/date.h"

namespace tlscore::x509 {
namespace {

constexpr Validity kExpired = {"200101000000Z", "210101000000Z"};

class PathSearchTest : public testing::Test {
 protected:
  Certificate leaf_of(Holder& issuer) {
    return certificate(m_leaf, issuer, {alternative_names({dns("party.example")})});
  }
  static Certificate ca(Holder& subject, Holder& issuer, Validity validity = {}) {
    return certificate(subject, issuer, {basic_constraints(true)}, validity);
  }

  /// The path's subjects from the leaf up, or what is said.
  static std::string find(const std::vector<Certificate>& chain, const std::vector<Certificate>& roots) {
    const auto store = TrustStore::from_certificates(roots);
    const PathQuery query{chain, "party.example", *parse_rfc3339("2030-01-01"), *store};
    const auto path = find_path(query, Purpose::ServerAuth);
    if (!path) return path.error().message;
    std::string text;
    for (const Certificate& one : *path) text += (text.empty() ? "" : " ") + one.subject().substr(3);
    return text;
  }

  Holder m_root{"Root"};
  Holder m_other_root{"Other"};
  Holder m_middle{"Middle"};
  Holder m_leaf{"Leaf"};
};

TEST_F(PathSearchTest, TheOrderOfTheOthersDoesNotMatter) {
  Holder lower("Lower");
  const Certificate leaf = leaf_of(lower);
  std::vector<Certificate> others = {ca(lower, m_middle), ca(m_middle, m_root),
                                     ca(m_other_root, m_other_root)};
  const auto by_octets = [](const Certificate& a, const Certificate& b) {
    return to_hex(a.der()) < to_hex(b.der());
  };
  std::ranges::sort(others, by_octets);
  do {
    std::vector<Certificate> chain = {leaf};
    chain.insert(chain.end(), others.begin(), others.end());
    EXPECT_EQ(find(chain, {ca(m_root, m_root)}), "Leaf Lower Middle Root");
  } while (std::ranges::next_permutation(others, by_octets).found);
}

TEST_F(PathSearchTest, OfSeveralKeysWithOneNameTheOneThatSignedIsFound) {
  Holder impostor("Middle");
  Holder other_impostor("Middle");
  const std::vector<Certificate> chain = {leaf_of(m_middle), ca(impostor, m_root), ca(other_impostor, m_root),
                                          ca(m_middle, m_root)};
  EXPECT_EQ(find(chain, {ca(m_root, m_root)}), "Leaf Middle Root");
  Holder twin("Root");
  EXPECT_EQ(find(chain, {ca(twin, twin), ca(m_root, m_root)}), "Leaf Middle Root");
  EXPECT_EQ(find(chain, {ca(twin, twin)}), "no path to a trusted CA (issuer CN=Root)");
}

TEST_F(PathSearchTest, AnExpiredTwinOfARootIsPassedOver) {
  const Certificate expired = ca(m_root, m_root, kExpired);
  const Certificate current = ca(m_root, m_root);
  const std::vector<Certificate> chain = {leaf_of(m_root)};
  EXPECT_EQ(find(chain, {expired, current}), "Leaf Root");
  EXPECT_EQ(find(chain, {expired}), "the CA certificate CN=Root expired on 2021-01-01");
}

TEST_F(PathSearchTest, ACrossSignedRootIsAWayToTheOldOne) {
  // As after Let's Encrypt's DST Root: the new root is also presented as issued by the old one.
  const Certificate cross = ca(m_root, m_other_root);
  const std::vector<Certificate> chain = {leaf_of(m_middle), ca(m_middle, m_root), cross};
  EXPECT_EQ(find(chain, {ca(m_other_root, m_other_root)}), "Leaf Middle Root Other");
  EXPECT_EQ(find(chain, {ca(m_root, m_root)}), "Leaf Middle Root");
  EXPECT_EQ(find(chain, {ca(m_root, m_root), ca(m_other_root, m_other_root, kExpired)}), "Leaf Middle Root");
  EXPECT_EQ(find(chain, {ca(m_root, m_root, kExpired), ca(m_other_root, m_other_root)}),
            "Leaf Middle Root Other");
}

TEST_F(PathSearchTest, AWayThatARuleEndsIsLeftForAnother) {
  const Certificate constrained =
      certificate(m_middle, m_root, {basic_constraints(true), name_constraints({dns("other.example")}, {})});
  const Certificate free = ca(m_middle, m_other_root);
  const std::vector<Certificate> roots = {ca(m_root, m_root), ca(m_other_root, m_other_root)};
  EXPECT_EQ(find({leaf_of(m_middle), constrained, free}, roots), "Leaf Middle Other");
  EXPECT_EQ(find({leaf_of(m_middle), constrained}, roots), "the CA's name constraints exclude party.example");
  const Certificate expired = ca(m_middle, m_root, kExpired);
  EXPECT_EQ(find({leaf_of(m_middle), expired, free}, roots), "Leaf Middle Other");
}

TEST_F(PathSearchTest, ADeadEndBehindAGoodStepIsLeft) {
  // Middle is signed by Root; Root is presented as issued by somebody unknown, and by a root.
  Holder unknown("Unknown");
  const std::vector<Certificate> chain = {leaf_of(m_middle), ca(m_middle, m_root), ca(m_root, unknown),
                                          ca(m_root, m_other_root)};
  EXPECT_EQ(find(chain, {ca(m_other_root, m_other_root)}), "Leaf Middle Root Other");
}

TEST_F(PathSearchTest, CertificatesThatSignEachOtherEnd) {
  const std::vector<Certificate> chain = {leaf_of(m_middle), ca(m_middle, m_root), ca(m_root, m_middle),
                                          ca(m_middle, m_middle)};
  EXPECT_EQ(find(chain, {}), "no path to a trusted CA (issuer CN=Middle)");
  EXPECT_EQ(find(chain, {ca(m_root, m_root)}), "Leaf Middle Root");
}

TEST_F(PathSearchTest, TheWorkIsBounded) {
  // Fourteen keys of one name, each certified by each: more ways than anybody could try.
  std::vector<Holder> holders;
  holders.reserve(14);
  for (int i = 0; i < 14; ++i) holders.emplace_back("Mesh");
  std::vector<Certificate> chain = {leaf_of(holders[0])};
  for (std::size_t i = 0; i < holders.size(); ++i) chain.push_back(ca(holders[i], holders[(i + 1) % 14]));
  EXPECT_EQ(find(chain, {ca(m_root, m_root)}), "its certificates allow more paths than are tried");
}

TEST_F(PathSearchTest, WhatIsSaidOfARootIsToldFirst) {
  Holder unknown("Unknown");
  const std::vector<Certificate> chain = {leaf_of(m_middle), ca(m_middle, m_root), ca(m_root, unknown)};
  EXPECT_EQ(find(chain, {ca(m_root, m_root, kExpired)}), "the CA certificate CN=Root expired on 2021-01-01");
  EXPECT_EQ(find(chain, {}), "no path to a trusted CA (issuer CN=Unknown)");
}

TEST_F(PathSearchTest, ARootNeedsNoSignatureOfItsOwn) {
  const Certificate anchor = ca(m_middle, m_other_root);
  EXPECT_EQ(find({leaf_of(m_middle)}, {anchor}), "Leaf Middle") << "somebody trusts it, whoever issued it";
}

TEST_F(PathSearchTest, AServersCertificateIsNoCas) {
  const Certificate leaf =
      certificate(m_leaf, m_root, {basic_constraints(true), alternative_names({dns("party.example")})});
  EXPECT_EQ(find({leaf}, {ca(m_root, m_root)}), "the certificate is a CA's (basic constraints)");
  const Certificate own =
      certificate(m_leaf, m_leaf, {basic_constraints(true), alternative_names({dns("party.example")})});
  EXPECT_EQ(find({own}, {own}), "Leaf") << "who trusts exactly this one may";
  EXPECT_EQ(find({own}, {ca(m_root, m_root)}), "it is self-signed");
}

}  // namespace
}  // namespace tlscore::x509
