// From what a peer sends to a finding, with a keyring that answers as it is told.
#include "openpgp-auth/openpgp_assessor.h"

#include <gtest/gtest.h>

#include "openpgp-auth/presented_key.h"
#include "openpgp-auth/rfc6091_body.h"
#include "tests/unit/gnupg_home.h"

namespace openpgp_auth {
namespace {

using std::chrono::sys_seconds;
using tlscore::Bytes;
using tlscore::Cancel;
using tlscore::ErrorKind;
using tlscore::Task;
using tlscore::judge::Finding;
using tlscore::judge::Presented;
using tlscore::judge::Verdict;

constexpr sys_seconds kNow{std::chrono::seconds(1'750'000'000)};

Certificate certificate_of(const std::string& name) {
  auto certificate = Certificate::parse(tests::keyring_data(name));
  EXPECT_TRUE(certificate);
  return std::move(*certificate);
}

/// Its subkey has been proved, or its primary key where there is none.
Presented presented(const std::string& name) {
  const Certificate certificate = certificate_of(name);
  const KeyPacket& key =
      certificate.subkeys().empty() ? certificate.primary() : certificate.subkeys().front().key;
  return {.host = "party.test",
          .chain = {},
          .openpgp = *write_certificate_body(
              {CertificateBody::Kind::Subkey, key.key_id, tests::keyring_data(name), {}}),
          .key = key.key,
          .now = kNow};
}

TEST(PresentedKey, IsTheOneThatWasProved) {
  const auto key = find_presented_key(presented("good"));
  ASSERT_TRUE(key && *key);
  EXPECT_EQ((*key)->certificate, tests::keyring_data("good"));
  EXPECT_EQ((*key)->fingerprint, tests::subkey_of("good"));
  EXPECT_EQ((*key)->key_id, tests::subkey_of("good").substr(24));
  EXPECT_FALSE((*key)->has_back_signature);
  EXPECT_EQ((*find_presented_key(presented("primary-only")))->fingerprint, tests::primary_of("primary-only"));
}

TEST(PresentedKey, ABackSignatureCountsIfItHolds) {
  EXPECT_TRUE((*find_presented_key(presented("signing")))->has_back_signature);
  EXPECT_FALSE((*find_presented_key(presented("no-back-signature")))->has_back_signature);
}

TEST(PresentedKey, NothingPresentedIsNoError) {
  Presented nothing = presented("good");
  nothing.openpgp.clear();
  EXPECT_EQ(*find_presented_key(nothing), std::nullopt);
  nothing.openpgp = *write_certificate_body({});
  EXPECT_EQ(*find_presented_key(nothing), std::nullopt);
}

TEST(PresentedKey, RefusesAnotherKeyThanTheOneProved) {
  Presented odd = presented("good");
  odd.key = certificate_of("primary-only").primary().key;
  EXPECT_EQ(find_presented_key(odd).error().kind, ErrorKind::Refused);
  odd.key = std::nullopt;
  EXPECT_EQ(find_presented_key(odd).error().kind, ErrorKind::Refused);
  // The primary key was proved, and the subkey was named.
  odd.key = certificate_of("good").primary().key;
  EXPECT_EQ(find_presented_key(odd).error().kind, ErrorKind::Refused);
}

TEST(PresentedKey, RefusesWhatCannotBeRead) {
  Presented odd = presented("good");
  odd.openpgp.pop_back();
  EXPECT_EQ(find_presented_key(odd).error().kind, ErrorKind::Malformed);
  odd.openpgp = *write_certificate_body({.kind = CertificateBody::Kind::SubkeyFingerprint});
  EXPECT_EQ(find_presented_key(odd).error().kind, ErrorKind::Unsupported);
}

class OpenPgpAssessorTest : public testing::Test {
 protected:
  Finding assess(const Presented& what, std::vector<std::string> listed = {}) {
    OpenPgpAssessor assessor(m_keyring, std::move(listed));
    EXPECT_EQ(assessor.name(), "openpgp");
    std::optional<Finding> found;
    const auto ask = [](OpenPgpAssessor& whom, const Presented& shown,
                        std::optional<Finding>& into) -> Task<void> {
      Cancel never;
      into = co_await whom.assess(shown, never);
    };
    tlscore::spawn(*m_loop, ask(assessor, what, found));
    while (m_loop->tasks() > 0) {
      m_loop->post([this] { m_loop->stop(); });
      m_loop->run();
    }
    return *found;
  }

  tests::GnupgHome m_gnupg;
  std::unique_ptr<tlscore::EventLoop> m_loop = *tlscore::EventLoop::create();
  std::shared_ptr<KeyringLookups> m_keyring = std::make_shared<KeyringLookups>(
      *m_loop, std::make_shared<const Keyring>(*Keyring::create(m_gnupg.home(), m_gnupg.scratch())));
};

TEST_F(OpenPgpAssessorTest, AsksTheKeyring) {
  EXPECT_EQ(assess(presented("good")).verdict, Verdict::Absent);
  m_gnupg.import("good");
  EXPECT_EQ(assess(presented("good")).verdict, Verdict::Fail);
  m_gnupg.trust(tests::primary_of("good"), 6);
  const Finding found = assess(presented("good"));
  EXPECT_EQ(found.verdict, Verdict::Pass) << found.reason;
  m_gnupg.import("good-revoked");
  EXPECT_EQ(assess(presented("good")).verdict, Verdict::Fail);
}

TEST_F(OpenPgpAssessorTest, ListedKeysNeedNoKeyring) {
  EXPECT_EQ(assess(presented("good"), {tests::primary_of("good")}).verdict, Verdict::Pass);
  EXPECT_EQ(assess(presented("good"), {tests::primary_of("adopted")}).verdict, Verdict::Fail);
  EXPECT_EQ(assess({.host = "party.test", .chain = {}, .now = kNow}, {tests::primary_of("good")}).verdict,
            Verdict::Fail);
}

TEST_F(OpenPgpAssessorTest, WhoPresentsNothingIsAbsent) {
  EXPECT_EQ(assess({.host = "party.test", .chain = {}, .now = kNow}).verdict, Verdict::Absent);
}

TEST_F(OpenPgpAssessorTest, WhatGnupgDropsIsNotBound) {
  const Finding found = assess(presented("good-flipped-bit"), {tests::primary_of("good")});
  EXPECT_EQ(found.verdict, Verdict::Fail);
  EXPECT_NE(found.reason.find("is not bound to the OpenPGP key"), std::string::npos) << found.reason;
}

TEST_F(OpenPgpAssessorTest, SaysWhoseFaultItIs) {
  Presented odd = presented("good");
  odd.key = std::nullopt;
  EXPECT_TRUE(assess(odd).reason.starts_with("its OpenPGP certificate: "));
  m_gnupg.import("good");
  std::filesystem::resize_file(m_gnupg.home() + "/pubring.kbx", 300);
  const Finding found = assess(presented("good"), {tests::primary_of("good")});
  EXPECT_EQ(found.verdict, Verdict::Fail);
  EXPECT_TRUE(found.reason.starts_with("the keyring cannot be asked: ")) << found.reason;
}

}  // namespace
}  // namespace openpgp_auth
