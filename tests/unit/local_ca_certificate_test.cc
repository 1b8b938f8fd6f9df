// A local CA whose key is somewhere else: it is what one with its key at hand is.
#include "tlscore/x509/local_ca_certificate.h"

#include <gtest/gtest.h>

#include "tlscore/x509/date.h"
#include "tlscore/x509/local_ca.h"
#include "tlscore/x509/path.h"

namespace tlscore::x509 {
namespace {

const auto kNow = *parse_rfc3339("2030-01-01");

class LocalCaCertificateTest : public testing::Test {
 public:
  /// As a token does it: the draft goes there, a signature comes back.
  Result<Certificate> sign(const CertificateDraft& draft) { return draft.finish(*key.sign(draft.request())); }

  Result<LocalCaCertificate> make(const std::vector<std::string>& names) {
    const auto draft = LocalCaCertificate::draft(names, key.public_key(), kNow);
    if (!draft) return fail(draft.error());
    return LocalCaCertificate::adopt(*sign(*draft));
  }

  PrivateKey key = *PrivateKey::generate_p256();
  PrivateKey leaf_key = *PrivateKey::generate_p256();
};

TEST_F(LocalCaCertificateTest, WhatItsKeySignsIsGoodForItsNameAlone) {
  const auto ca = make({"party.example"});
  ASSERT_TRUE(ca) << ca.error().message;
  const auto leaf = sign(*ca->draft_leaf("www.party.example", leaf_key.public_key(), kNow));
  ASSERT_TRUE(leaf) << leaf.error().message;
  const auto roots = *TrustStore::from_certificates({ca->certificate()});
  const auto judged = [&](std::string_view host) {
    return verify_server_path({.chain = {&*leaf, 1}, .host = host, .now = kNow, .roots = roots});
  };
  const auto path = judged("www.party.example");
  EXPECT_TRUE(path) << path.error().message;
  EXPECT_FALSE(judged("party.example"));
}

TEST_F(LocalCaCertificateTest, OneKeyServesSeveralPartiesAndEachKeepsToItsNames) {
  const auto one = make({"one.example"});
  const auto two = make({"two.example"});
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->certificate().public_key(), two->certificate().public_key());
  EXPECT_EQ(one->draft_leaf("two.example", leaf_key.public_key(), kNow).error().kind, ErrorKind::Refused);
  EXPECT_TRUE(two->draft_leaf("two.example", leaf_key.public_key(), kNow));
}

TEST_F(LocalCaCertificateTest, RefusesASignatureOfAnotherKey) {
  const auto ca = make({"party.example"});
  const auto draft = ca->draft_leaf("party.example", leaf_key.public_key(), kNow);
  EXPECT_EQ(draft->finish(*leaf_key.sign(draft->request())).error().kind, ErrorKind::Untrusted);
}

TEST_F(LocalCaCertificateTest, RefusesToAdoptALeaf) {
  const auto ca = make({"party.example"});
  const Certificate leaf = *sign(*ca->draft_leaf("party.example", leaf_key.public_key(), kNow));
  EXPECT_EQ(LocalCaCertificate::adopt(leaf).error().kind, ErrorKind::Untrusted);
}

TEST_F(LocalCaCertificateTest, RefusesWhatIsNoName) {
  EXPECT_EQ(make({}).error().kind, ErrorKind::Malformed);
  EXPECT_EQ(make({"192.0.2.1"}).error().kind, ErrorKind::Malformed);
}

}  // namespace
}  // namespace tlscore::x509
