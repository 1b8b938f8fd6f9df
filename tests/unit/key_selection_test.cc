// Which key is meant, from the most specific name to none.
#include "tlscore/token/key_selection.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tlscore/token/pkcs11_uri.h"
#include "tlscore/x509/self_signed.h"

namespace tlscore::token {
namespace {

struct Usage {
  bool client = true;
  bool server = false;
};

class KeySelectionTest : public testing::Test {
 protected:
  /// Adds a key, with a certificate for `usage` if there is one.
  void add(std::uint8_t id, const std::string& label, std::optional<Usage> usage = std::nullopt) {
    auto key = x509::PrivateKey::generate_p256().value();
    const x509::PublicKey public_key = key.public_key();
    KeyInfo info{.id = {id},
                 .label = label,
                 .public_key = public_key,
                 .fingerprint = to_hex(public_key.spki_sha256()),
                 .uri = make_key_uri({token.label, "Maker", "Model", "1"}, Bytes{id}, label),
                 .mechanisms = {},
                 .certificate = std::nullopt};
    if (usage) {
      const auto now = std::chrono::sys_days(std::chrono::year(2030) / 1 / 1);
      const auto certificate = x509::self_sign(key, {.common_name = label,
                                                     .key = public_key,
                                                     .not_before = now,
                                                     .not_after = now + std::chrono::days(1),
                                                     .client_auth = usage->client,
                                                     .server_auth = usage->server,
                                                     .dns_names = {}});
      info.certificate = Bytes(certificate->der().begin(), certificate->der().end());
    }
    keys.push_back(std::move(info));
  }
  /// The label of the selected key, or the kind of the error.
  std::string selected(std::string_view selection) {
    const auto key = select_key(keys, token, selection);
    return key ? (*key)->label : std::string(to_string(key.error().kind));
  }

  TokenInfo token;
  std::vector<KeyInfo> keys;
};

TEST_F(KeySelectionTest, ByLabelFingerprintOrUri) {
  add(1, "one");
  add(2, "two");
  EXPECT_EQ(selected("two"), "two");
  EXPECT_EQ(selected(keys[0].fingerprint), "one");
  std::string upper = keys[0].fingerprint;
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  EXPECT_EQ(selected(upper), "one");
  EXPECT_EQ(selected("pkcs11:id=%02"), "two");
  EXPECT_EQ(selected(keys[1].uri), "two");
}

TEST_F(KeySelectionTest, NothingThatFitsIsNotFound) {
  add(1, "one");
  EXPECT_EQ(selected("two"), "not-found");
  EXPECT_EQ(selected(std::string(64, '0')), "not-found");
  EXPECT_EQ(selected("pkcs11:id=%02"), "not-found");
  EXPECT_EQ(selected("pkcs11:id=%0"), "malformed");
  keys.clear();
  EXPECT_EQ(selected("auto"), "not-found");
}

TEST_F(KeySelectionTest, TheOnlyKeyIsTakenByItself) {
  add(1, "one");
  EXPECT_EQ(selected("auto"), "one");
  EXPECT_EQ(selected(""), "one");
}

TEST_F(KeySelectionTest, SeveralThatFitAreRefusedAndListed) {
  add(1, "one");
  add(2, "one");
  EXPECT_EQ(selected("one"), "refused");
  const auto outcome = select_key(keys, token, "auto");
  ASSERT_FALSE(outcome.has_value());
  for (const KeyInfo& key : keys) {
    EXPECT_NE(outcome.error().message.find(key.fingerprint), std::string::npos) << outcome.error().message;
  }
}

TEST_F(KeySelectionTest, TheOneWithAClientsCertificateGoesFirst) {
  add(1, "plain");
  add(2, "server", Usage{.client = false, .server = true});
  add(3, "client", Usage{});
  EXPECT_EQ(selected("auto"), "client");
  add(4, "second client", Usage{});
  EXPECT_EQ(selected("auto"), "refused");
}

TEST_F(KeySelectionTest, AnOpenPgpCardsAuthenticationKeyIsThe03) {
  token.label = "OpenPGP card (User PIN)";
  add(2, "Encryption key");
  add(3, "Authentication key");
  EXPECT_EQ(selected("auto"), "Authentication key");
  token.label = "Another card";
  EXPECT_EQ(selected("auto"), "refused");
}

TEST_F(KeySelectionTest, ALabelThatLooksLikeAFingerprintStillNamesItsKey) {
  add(1, std::string(64, 'a'));
  add(2, "two");
  EXPECT_EQ(selected(std::string(64, 'a')), std::string(64, 'a'));
}

TEST_F(KeySelectionTest, LeavesAKeyOfAnotherUseOutOfAutoAlone) {
  add(1, "mine", Usage{});
  add(2, "local-ca", Usage{});
  EXPECT_EQ(select_key(keys, token, "auto").error().kind, ErrorKind::Refused);
  const auto chosen = select_key(keys, token, "auto", "pkcs11:object=local-ca");
  ASSERT_TRUE(chosen) << chosen.error().message;
  EXPECT_EQ((*chosen)->label, "mine");
  EXPECT_TRUE(select_key(keys, token, "local-ca", "pkcs11:object=local-ca"));
  EXPECT_EQ(select_key(keys, token, "", "pkcs11:manufacturer=Maker").error().kind, ErrorKind::NotFound);
}

}  // namespace
}  // namespace tlscore::token
