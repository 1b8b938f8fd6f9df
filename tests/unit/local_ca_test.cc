// A party's local CA: what its leaves are good for, and what it cannot be made to say.
#include "tlscore/x509/local_ca.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/temp_folder.h"
#include "tlscore/base/private_file.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/path.h"

namespace tlscore::x509 {
namespace {

const auto kNow = *parse_rfc3339("2030-01-01");

class LocalCaTest : public testing::Test {
 public:
  [[nodiscard]] Result<Path> judged(const Certificate& leaf, std::string_view host) const {
    const auto roots = *TrustStore::from_certificates({ca.certificate()});
    return verify_server_path({.chain = {&leaf, 1}, .host = host, .now = kNow, .roots = roots});
  }

  LocalCa ca = *LocalCa::create(std::vector<std::string>{"party.example", "other.example"}, kNow);
  PrivateKey key = *PrivateKey::generate_p256();
};

TEST_F(LocalCaTest, ItsLeavesAreGoodForTheirName) {
  for (const std::string host : {"party.example", "www.party.example", "other.example"}) {
    const auto leaf = ca.issue(host, key.public_key(), kNow);
    ASSERT_TRUE(leaf) << leaf.error().message;
    const auto path = judged(*leaf, host);
    EXPECT_TRUE(path) << path.error().message;
    EXPECT_EQ(leaf->dns_names(), std::vector<std::string>{host});
    EXPECT_EQ(leaf->not_after(), kNow + LocalCa::kLeafLifetime);
    EXPECT_FALSE(judged(*leaf, "x." + host));
  }
}

TEST_F(LocalCaTest, RefusesNamesThatAreNotThePartys) {
  for (const std::string host : {"example", "xparty.example", "party.example.test", "unrelated.example",
                                 "192.0.2.1", "2001:db8::1", "", "a b"}) {
    EXPECT_FALSE(ca.covers(host)) << host;
    EXPECT_FALSE(ca.issue(host, key.public_key(), kNow)) << host;
  }
}

TEST_F(LocalCaTest, ItsConstraintsHoldWhoeverHasItsKey) {
  auto forger = *LocalCa::create(std::vector<std::string>{"unrelated.example"}, kNow);
  const auto& constraints = ca.certificate().name_constraints();
  ASSERT_TRUE(constraints);
  const auto counts = [&](const auto& list, NameForm form) {
    return std::ranges::count(list, form, &GeneralName::form);
  };
  EXPECT_EQ(counts(constraints->permitted, NameForm::Dns), 2);
  EXPECT_EQ(counts(constraints->excluded, NameForm::Ip), 2);
  EXPECT_EQ(ca.certificate().path_length(), 0U);
  EXPECT_EQ(ca.certificate().key_usage(), kKeyCertSign);
  EXPECT_TRUE(ca.certificate().allows(Purpose::ServerAuth));
  EXPECT_FALSE(ca.certificate().allows(Purpose::ClientAuth));
  const auto leaf = forger.issue("unrelated.example", key.public_key(), kNow);
  EXPECT_FALSE(judged(*leaf, "unrelated.example"));
}

TEST_F(LocalCaTest, IsAdoptedFromItsFiles) {
  auto again = LocalCa::adopt(parse_pem_certificates(ca.certificate().pem())->front(),
                              *PrivateKey::parse_pem(*ca.key_pem()));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(judged(*again->issue("party.example", key.public_key(), kNow), "party.example"));
}

TEST_F(LocalCaTest, RefusesAnothersKeyAndACertificateThatIsNoLocalCas) {
  EXPECT_EQ(LocalCa::adopt(ca.certificate(), *PrivateKey::generate_p256()).error().kind,
            ErrorKind::Untrusted);
  PrivateKey own = *PrivateKey::parse_pem(*ca.key_pem());
  const Certificate leaf = *ca.issue("party.example", own.public_key(), kNow);
  EXPECT_FALSE(LocalCa::adopt(leaf, std::move(own)));
}

TEST_F(LocalCaTest, ALeafEndsWithItsCa) {
  const auto late = kNow + LocalCa::kLifetime - std::chrono::days(1);
  EXPECT_EQ(ca.issue("party.example", key.public_key(), late)->not_after(), ca.certificate().not_after());
  EXPECT_EQ(ca.issue("party.example", key.public_key(), kNow + LocalCa::kLifetime).error().kind,
            ErrorKind::Untrusted);
}

TEST_F(LocalCaTest, ALeafDoesNotBeginBeforeItsCa) {
  const auto early = kNow - std::chrono::minutes(30);
  EXPECT_EQ(ca.issue("party.example", key.public_key(), early)->not_before(), ca.certificate().not_before());
}

TEST_F(LocalCaTest, ALeafIsForServersAloneAndNoCa) {
  const auto leaf = ca.issue("party.example", key.public_key(), kNow);
  EXPECT_TRUE(leaf->allows(Purpose::ServerAuth));
  EXPECT_FALSE(leaf->allows(Purpose::ClientAuth));
  EXPECT_FALSE(leaf->is_ca());
}

/// Whether the extension 2.5.29.`arc` is there and marked as critical.
bool is_critical(const Certificate& certificate, int arc) {
  const Bytes wanted = {0x06, 0x03, 0x55, 0x1d, static_cast<std::uint8_t>(arc), 0x01, 0x01, 0xff};
  return !std::ranges::search(certificate.der(), wanted).empty();
}

TEST_F(LocalCaTest, WhatBindsItIsCritical) {
  for (const int arc : {0x0f, 0x13, 0x1e}) EXPECT_TRUE(is_critical(ca.certificate(), arc)) << arc;
  const auto leaf = ca.issue("party.example", key.public_key(), kNow);
  for (const int arc : {0x0f, 0x13}) EXPECT_TRUE(is_critical(*leaf, arc)) << arc;
}

TEST_F(LocalCaTest, IsNoRootForLatchkeyItself) {
  const tests::TempFolder folder;
  const std::string path = folder.path() + "/roots.pem";
  ASSERT_TRUE(write_private_file(path, as_bytes(ca.certificate().pem())));
  EXPECT_EQ(TrustStore::from_file(path).error().kind, ErrorKind::Refused);
}

TEST_F(LocalCaTest, IsKnownByItsMark) {
  EXPECT_TRUE(is_of_local_ca(ca.certificate()));
  EXPECT_TRUE(is_of_local_ca(*ca.issue("party.example", key.public_key(), kNow)));
}

TEST(LocalCa, RefusesWhatIsNoName) {
  for (const std::vector<std::string>& names :
       {std::vector<std::string>{}, {"192.0.2.1"}, {"party.example", "2001:db8::1"}, {"a b"}}) {
    EXPECT_EQ(LocalCa::create(names, kNow).error().kind, ErrorKind::Malformed);
  }
}

}  // namespace
}  // namespace tlscore::x509
