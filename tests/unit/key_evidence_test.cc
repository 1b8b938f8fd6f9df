// The rules of the assessor openpgp, one after the other.
#include "openpgp-auth/key_evidence.h"

#include <gtest/gtest.h>

namespace openpgp_auth {
namespace {

using std::chrono::sys_seconds;
using tlscore::judge::Finding;
using tlscore::judge::Role;
using tlscore::judge::Verdict;

constexpr sys_seconds kNow{std::chrono::seconds(1'900'000'000)};
constexpr sys_seconds kBefore = kNow - std::chrono::hours(24);
constexpr sys_seconds kAfter = kNow + std::chrono::hours(24);
const std::string kPrimary = "11111111111111111111111111111111aaaaaaaa";
const std::string kSubkey = "22222222222222222222222222222222bbbbbbbb";
const std::string kOther = "33333333333333333333333333333333cccccccc";
const std::string kName = "https://party.test";

std::string id_of(const std::string& fingerprint) {
  return fingerprint.substr(24);
}

/// A question and an answer that pass; each test spoils something.
struct Case {
  KeyQuestion question{.host = "party.test", .key = kSubkey, .now = kNow};
  KeyringAnswer answer{
      .certificate = {.keys = {{.fingerprint = kPrimary,
                                .key_id = id_of(kPrimary),
                                .can_sign = true,
                                .can_certify = true,
                                .created = kBefore},
                               {.fingerprint = kSubkey,
                                .key_id = id_of(kSubkey),
                                .can_authenticate = true,
                                .created = kBefore}},
                      .user_ids = {{"Party <party@party.test>"}, {kName}}},
      .validity = {.in_keyring = true,
                   .owner_trust = Validity::Unknown,
                   .user_ids = {{"Party <party@party.test>", Validity::Ultimate}, {kName, Validity::Full}}},
      .holders = {{kSubkey, kPrimary}}};

  CheckedKey& primary() { return answer.certificate.keys[0]; }
  CheckedKey& subkey() { return answer.certificate.keys[1]; }
  CheckedUserId& name() { return answer.certificate.user_ids[1]; }
  UserIdValidity& valid_name() { return answer.validity.user_ids[1]; }
  [[nodiscard]] Finding judge() const { return judge_key(question, answer); }
};

void expect_fail(const Case& spoilt, std::string_view reason) {
  const Finding found = spoilt.judge();
  EXPECT_EQ(found.verdict, Verdict::Fail) << reason;
  EXPECT_NE(found.reason.find(reason), std::string::npos) << found.reason;
  EXPECT_EQ(found.expires, kNow + tlscore::judge::kFailLifetime);
}

TEST(KeyEvidence, AValidKeyWithTheHostsNamePasses) {
  const Finding found = Case().judge();
  EXPECT_EQ(found.verdict, Verdict::Pass) << found.reason;
  EXPECT_EQ(found.assessor, "openpgp");
  EXPECT_EQ(found.expires, sys_seconds::max());
  EXPECT_EQ(found.reason, "the OpenPGP key " + kPrimary + " is valid in your keyring for \"" + kName + "\"");
}

TEST(KeyEvidence, LastsUntilTheFirstOfItsKeysExpires) {
  Case good;
  good.primary().expires = kAfter + std::chrono::hours(1);
  good.subkey().expires = kAfter;
  EXPECT_EQ(good.judge().expires, kAfter);
  good.primary().expires = kAfter - std::chrono::hours(1);
  EXPECT_EQ(good.judge().expires, kAfter - std::chrono::hours(1));
  // A key that has nothing to do with it.
  good.answer.certificate.keys.push_back(
      {.fingerprint = kOther, .key_id = id_of(kOther), .expires = kBefore});
  EXPECT_EQ(good.judge().expires, kAfter - std::chrono::hours(1));
}

TEST(KeyEvidence, ThePrimaryKeyMayAuthenticateItself) {
  Case good;
  good.question.key = kPrimary;
  good.answer.holders = {{kPrimary, kPrimary}};
  EXPECT_EQ(good.judge().verdict, Verdict::Pass) << "the sign flag is enough";
  good.primary().can_sign = false;
  expect_fail(good, "may neither authenticate nor sign");
}

TEST(KeyEvidence, RefusesAKeyThatIsNotBound) {
  Case spoilt;
  spoilt.question.key = kOther;
  expect_fail(spoilt, "the key " + kOther + " is not bound to the OpenPGP key " + kPrimary);
  spoilt = {};
  spoilt.subkey().invalid = true;
  expect_fail(spoilt, "its subkey " + kSubkey + " has no good self-signature");
  spoilt = {};
  spoilt.primary().invalid = true;
  expect_fail(spoilt, "the OpenPGP key " + kPrimary + " has no good self-signature");
  spoilt = {};
  spoilt.answer.certificate.keys.clear();
  expect_fail(spoilt, "no key");
}

TEST(KeyEvidence, RefusesRevokedKeys) {
  Case spoilt;
  spoilt.primary().revoked = true;
  expect_fail(spoilt, "the OpenPGP key " + kPrimary + " is revoked");
  spoilt = {};
  spoilt.subkey().revoked = true;
  expect_fail(spoilt, "its subkey " + kSubkey + " is revoked");
}

TEST(KeyEvidence, RefusesExpiredKeys) {
  Case spoilt;
  spoilt.primary().expires = kNow;
  expect_fail(spoilt, "the OpenPGP key " + kPrimary + " expired on 2030-03-17");
  spoilt = {};
  spoilt.subkey().expires = kNow;
  expect_fail(spoilt, "its subkey " + kSubkey + " expired on 2030-03-17");
  spoilt = {};
  spoilt.subkey().expired = true;
  expect_fail(spoilt, "expired");
}

TEST(KeyEvidence, RefusesKeysFromTheFuture) {
  Case spoilt;
  spoilt.subkey().created = kAfter;
  expect_fail(spoilt, "yet to come");
}

TEST(KeyEvidence, RefusesAKeyThatTheUserDisabled) {
  Case spoilt;
  spoilt.answer.validity.disabled = true;
  expect_fail(spoilt, "you have disabled");
}

TEST(KeyEvidence, RefusesASubkeyThatOnlyEncrypts) {
  Case spoilt;
  spoilt.subkey().can_authenticate = false;
  spoilt.subkey().can_encrypt = true;
  expect_fail(spoilt, "its subkey " + kSubkey + " may only encrypt");
}

TEST(KeyEvidence, ASubkeyThatSignsNeedsItsBackSignature) {
  Case spoilt;
  spoilt.subkey().can_sign = true;
  expect_fail(spoilt, "has no back-signature");
  spoilt.question.has_back_signature = true;
  EXPECT_EQ(spoilt.judge().verdict, Verdict::Pass);
  spoilt.subkey().can_authenticate = false;
  EXPECT_EQ(spoilt.judge().verdict, Verdict::Pass);
}

TEST(KeyEvidence, RefusesTwoKeysWithOneKeyId) {
  const std::string twin = "44444444444444444444444444444444bbbbbbbb";
  Case spoilt;
  spoilt.answer.holders.push_back({twin, kOther});
  // The key ID is the same by construction: the keyring was asked for it.
  spoilt.answer.certificate.keys[1].key_id = id_of(kSubkey);
  expect_fail(spoilt, "two keys have the key ID " + id_of(kSubkey));
  spoilt = {};
  spoilt.answer.certificate.keys.push_back(spoilt.subkey());
  spoilt.answer.certificate.keys.back().fingerprint = twin;
  expect_fail(spoilt, "two keys have the key ID " + id_of(kSubkey));
  const std::vector listed = {kPrimary};
  spoilt.question.listed = listed;
  expect_fail(spoilt, "two keys have the key ID " + id_of(kSubkey));
}

TEST(KeyEvidence, AListedKeyNeedsNoNameAndNoValidity) {
  const std::vector listed = {kOther, kPrimary};
  Case good;
  good.question.listed = listed;
  good.answer.validity = {};
  good.answer.certificate.user_ids.clear();
  good.answer.holders.clear();
  const Finding found = good.judge();
  EXPECT_EQ(found.verdict, Verdict::Pass) << found.reason;
  EXPECT_EQ(found.reason, "the OpenPGP key " + kPrimary + " is listed");
}

TEST(KeyEvidence, AListedKeyStillHasToHold) {
  const std::vector listed = {kPrimary};
  Case spoilt;
  spoilt.question.listed = listed;
  spoilt.primary().revoked = true;
  expect_fail(spoilt, "is revoked");
  spoilt = {};
  spoilt.question.listed = listed;
  spoilt.subkey().expires = kBefore;
  expect_fail(spoilt, "expired");
}

TEST(KeyEvidence, WhoIsNotListedFailsHoweverValid) {
  const std::vector listed = {kOther, kSubkey};
  Case spoilt;
  spoilt.question.listed = listed;
  expect_fail(spoilt, "is not one of those that are listed");
}

TEST(KeyEvidence, RefusesAnAdoptedSubkeyUnlessItsPrimaryKeyIsListed) {
  Case spoilt;
  spoilt.answer.holders.push_back({kSubkey, kOther});
  expect_fail(spoilt, "several OpenPGP keys in your keyring have the subkey " + kSubkey);
  const std::vector listed = {kPrimary};
  spoilt.question.listed = listed;
  EXPECT_EQ(spoilt.judge().verdict, Verdict::Pass);
}

TEST(KeyEvidence, RefusesASubkeyThatIsAnothersPrimaryKey) {
  Case spoilt;
  spoilt.answer.holders.push_back({kSubkey, kSubkey});
  expect_fail(spoilt, "several OpenPGP keys");
}

TEST(KeyEvidence, AKeyThatNobodyKnowsIsNoEvidence) {
  Case unknown;
  unknown.answer.validity = {};
  unknown.answer.holders.clear();
  const Finding found = unknown.judge();
  EXPECT_EQ(found.verdict, Verdict::Absent);
  EXPECT_EQ(found.reason, "the OpenPGP key " + kPrimary + " is not in your keyring");
  EXPECT_EQ(found.expires, kNow + kAbsentLifetime);
}

TEST(KeyEvidence, RefusesAnotherName) {
  Case spoilt;
  spoilt.question.host = "other.test";
  expect_fail(spoilt, "no user ID of the OpenPGP key " + kPrimary + " is \"https://other.test\"");
  spoilt.question.host = "test";
  expect_fail(spoilt, "no user ID");
  spoilt = {};
  spoilt.answer.certificate.user_ids.pop_back();
  expect_fail(spoilt, "no user ID");
}

TEST(KeyEvidence, RefusesANameThatIsRevokedOrNotBound) {
  Case spoilt;
  spoilt.name().revoked = true;
  expect_fail(spoilt, "no user ID");
  spoilt = {};
  spoilt.name().invalid = true;
  expect_fail(spoilt, "no user ID");
}

TEST(KeyEvidence, TheNameItselfHasToBeValid) {
  for (const Validity validity : {Validity::Unknown, Validity::Never, Validity::Marginal}) {
    Case spoilt;
    spoilt.valid_name().validity = validity;
    expect_fail(spoilt, "is in your keyring, and not valid there for \"" + kName + "\"");
  }
  Case spoilt;
  spoilt.answer.validity.user_ids.pop_back();
  expect_fail(spoilt, "not valid there");
  Case good;
  good.valid_name().validity = Validity::Ultimate;
  EXPECT_EQ(good.judge().verdict, Verdict::Pass);
}

TEST(KeyEvidence, TrustOnFirstUseCountsAsGnupgGivesIt) {
  Case good;
  good.valid_name() = {kName, Validity::Marginal, TofuPolicy::Auto};
  EXPECT_EQ(good.judge().verdict, Verdict::Pass);
  for (const TofuPolicy policy : {TofuPolicy::Bad, TofuPolicy::Ask}) {
    for (const Validity validity : {Validity::Unknown, Validity::Marginal, Validity::Full}) {
      Case spoilt;
      spoilt.valid_name() = {kName, validity, policy};
      expect_fail(spoilt, "not valid there");
    }
  }
  Case spoilt;
  spoilt.valid_name() = {kName, Validity::Unknown, TofuPolicy::Auto};
  expect_fail(spoilt, "not valid there");
}

TEST(KeyEvidence, AClientNeedsAValidUserIdAndNoHost) {
  Case client;
  client.question.role = Role::Client;
  client.question.host = "192.0.2.1";
  EXPECT_EQ(client.judge().verdict, Verdict::Pass);
  for (UserIdValidity& id : client.answer.validity.user_ids) id.validity = Validity::Marginal;
  expect_fail(client, "not valid there");
  client.answer.certificate.user_ids.clear();
  expect_fail(client, "no good user ID");
}

TEST(KeyEvidence, WithoutACertificateItIsAbsentUnlessKeysAreListed) {
  EXPECT_EQ(judge_no_key({}, kNow).verdict, Verdict::Absent);
  const std::vector listed = {kPrimary};
  const Finding found = judge_no_key(listed, kNow);
  EXPECT_EQ(found.verdict, Verdict::Fail);
  EXPECT_EQ(found.reason, "OpenPGP keys are listed, and no OpenPGP certificate was presented");
  EXPECT_EQ(found.expires, kNow + tlscore::judge::kFailLifetime);
}

TEST(KeyEvidence, NoTextOfTheNetworkReachesTheReasonUnescaped) {
  Case odd;
  odd.question.role = Role::Client;
  odd.answer.certificate.user_ids = {{"evil\n\x1b[2J"}};
  EXPECT_EQ(odd.judge().reason.find_first_of("\n\x1b"), std::string::npos);
}

}  // namespace
}  // namespace openpgp_auth
