// What the keyring's answer makes of a gate's client.
#include "proxy/gate_openpgp.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using namespace openpgp_auth;
using std::chrono::sys_seconds;

constexpr sys_seconds kNow{std::chrono::seconds(1'750'000'000)};
constexpr sys_seconds kBefore = kNow - std::chrono::hours(24);
constexpr sys_seconds kAfter = kNow + std::chrono::hours(24);
const std::string kPrimary = "11111111111111111111111111111111aaaaaaaa";
const std::string kSubkey = "22222222222222222222222222222222bbbbbbbb";
const std::string kAlice = "Alice <alice@Example.org>";

/// A client whom the keyring vouches for; each test changes something.
struct Case {
  KeyQuestion question{
      .host = "the client", .role = tlscore::judge::Role::Client, .key = kSubkey, .now = kNow};
  KeyringAnswer answer{
      .certificate = {.keys = {{.fingerprint = kPrimary,
                                .key_id = kPrimary.substr(24),
                                .can_sign = true,
                                .created = kBefore},
                               {.fingerprint = kSubkey,
                                .key_id = kSubkey.substr(24),
                                .can_authenticate = true,
                                .created = kBefore}},
                      .user_ids = {{kAlice}, {"https://host.example.org"}, {"Mallory <alice@example.net>"}}},
      .validity = {.in_keyring = true,
                   .owner_trust = Validity::Unknown,
                   .user_ids = {{kAlice, Validity::Full},
                                {"https://host.example.org", Validity::Ultimate},
                                {"Mallory <alice@example.net>", Validity::Unknown}}},
      .holders = {{kSubkey, kPrimary}}};

  [[nodiscard]] GateClient judge() const { return client_of_keyring(question, answer); }
};

TEST(GateOpenPgp, AValidKeyHasItsValidNames) {
  const GateClient client = Case().judge();
  EXPECT_TRUE(client.vouched_for);
  EXPECT_EQ(client.method, GateMethod::OpenPgp);
  EXPECT_EQ(client.fingerprint, kPrimary);
  EXPECT_EQ(client.identity(), kAlice);
  EXPECT_EQ(client.user_ids, (std::vector<std::string>{kAlice, "https://host.example.org"}));
  EXPECT_EQ(client.mail_addresses, std::vector<std::string>{"alice@example.org"});
  EXPECT_EQ(client.dns_names, std::vector<std::string>{"host.example.org"});
  EXPECT_EQ(client.why_refused, "");
}

TEST(GateOpenPgp, WhatIsRememberedMakesTheSameClient) {
  Case unknown;
  unknown.answer.validity = {};
  Case revoked;
  revoked.answer.certificate.keys[0].revoked = true;
  for (const Case& one : {Case(), unknown, revoked}) {
    const GateClient client = one.judge();
    const GateClient again = client_of_outcome(outcome_of_client(client));
    EXPECT_EQ(again.vouched_for, client.vouched_for);
    EXPECT_EQ(again.fingerprint, client.fingerprint);
    EXPECT_EQ(again.user_ids, client.user_ids);
    EXPECT_EQ(again.mail_addresses, client.mail_addresses);
    EXPECT_EQ(again.dns_names, client.dns_names);
    EXPECT_EQ(again.why_unnamed, client.why_unnamed);
    EXPECT_EQ(again.why_refused, client.why_refused);
    EXPECT_EQ(again.expires, client.expires);
  }
}

TEST(GateOpenPgp, AKeyThatIsNotInTheKeyringHasAFingerprintAndNoName) {
  Case unknown;
  unknown.answer.validity = {};
  unknown.answer.holders.clear();
  const GateClient client = unknown.judge();
  EXPECT_FALSE(client.vouched_for);
  EXPECT_EQ(client.fingerprint, kPrimary);
  EXPECT_EQ(client.identity(), "");
  EXPECT_EQ(client.why_refused, "");
  EXPECT_TRUE(client.why_unnamed.contains("not in your keyring")) << client.why_unnamed;
}

TEST(GateOpenPgp, ARevokedOrExpiredKeyIsRefused) {
  Case revoked;
  revoked.answer.certificate.keys[0].revoked = true;
  EXPECT_TRUE(revoked.judge().why_refused.contains("revoked")) << revoked.judge().why_refused;
  Case expired;
  expired.answer.certificate.keys[1].expires = kBefore;
  EXPECT_TRUE(expired.judge().why_refused.contains("expired")) << expired.judge().why_refused;
  EXPECT_TRUE(expired.judge().user_ids.empty());
}

TEST(GateOpenPgp, ASubkeyThatIsNotBoundIsRefused) {
  Case stranger;
  stranger.question.key = std::string(40, '3');
  EXPECT_TRUE(stranger.judge().why_refused.contains("not bound")) << stranger.judge().why_refused;
}

TEST(GateOpenPgp, AKeyOfTwoOwnersHasNoNameButItsFingerprint) {
  Case adopted;
  adopted.answer.holders.push_back({kSubkey, std::string(40, '4')});
  const GateClient client = adopted.judge();
  EXPECT_EQ(client.why_refused, "");
  EXPECT_FALSE(client.vouched_for);
  EXPECT_TRUE(client.user_ids.empty());
}

TEST(GateOpenPgp, TheFindingLastsNoLongerThanTheKey) {
  Case short_lived;
  short_lived.answer.certificate.keys[1].expires = kAfter;
  EXPECT_EQ(short_lived.judge().expires, kAfter);
}

TEST(GateOpenPgp, ACertificateWithoutKeysIsRefused) {
  Case empty;
  empty.answer.certificate.keys.clear();
  EXPECT_NE(empty.judge().why_refused, "");
}

}  // namespace
}  // namespace proxy
