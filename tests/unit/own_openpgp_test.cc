// The user's own certificate is found in a real keyring by nothing but the token's public key.
#include <gtest/gtest.h>

#include "openpgp-auth/own_certificate.h"
#include "tests/unit/gnupg_home.h"

namespace openpgp_auth {
namespace {

using tests::keyring_data;
using tests::primary_of;
using tests::subkey_of;

class OwnOpenPgpTest : public testing::Test {
 protected:
  /// The public half of the subkey in "good", as a token would give it.
  static tlscore::x509::PublicKey token_key() {
    return *Certificate::parse(keyring_data("good"))->subkeys().front().key.key;
  }
  [[nodiscard]] Result<OwnCertificate> find(const std::string& user_id = "") const {
    const auto keyring = Keyring::create(m_gnupg.home(), m_gnupg.scratch());
    return find_own_openpgp(*keyring, token_key(), user_id);
  }

  tests::GnupgHome m_gnupg;
};

TEST_F(OwnOpenPgpTest, ShowsThePrimaryKeyOneUserIdAndTheTokensKey) {
  m_gnupg.import("good");
  const auto found = find();
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(found->primary.to_hex(), primary_of("good"));
  EXPECT_EQ(found->key.to_hex(), subkey_of("good"));
  EXPECT_FALSE(found->expires);
  const auto shown = *Certificate::parse(found->octets);
  ASSERT_EQ(shown.user_ids().size(), 1U);
  EXPECT_EQ(shown.user_ids().front().text, found->user_id);
  ASSERT_EQ(shown.subkeys().size(), 1U);
  EXPECT_EQ(shown.subkeys().front().key.key, token_key());
}

TEST_F(OwnOpenPgpTest, ShowsTheUserIdThatIsAskedForAndNoOther) {
  m_gnupg.import("good");
  const auto whole = *Certificate::parse(keyring_data("good"));
  ASSERT_EQ(whole.user_ids().size(), 2U);
  for (const UserId& user_id : whole.user_ids()) {
    const auto found = find(user_id.text);
    ASSERT_TRUE(found.has_value()) << found.error().message;
    EXPECT_EQ(found->user_id, user_id.text);
  }
  EXPECT_EQ(find("somebody else").error().kind, ErrorKind::NotFound);
}

TEST_F(OwnOpenPgpTest, IsNotThereWithoutTheKeyInTheKeyring) {
  EXPECT_EQ(find().error().kind, ErrorKind::NotFound);
  m_gnupg.import("expires-2030");
  const auto found = find();
  ASSERT_FALSE(found.has_value());
  EXPECT_NE(found.error().message.find("gpg --import"), std::string::npos) << found.error().message;
}

TEST_F(OwnOpenPgpTest, ARevokedCertificateOrSubkeyIsNotShown) {
  for (const char* name : {"good-revoked", "good-subkey-revoked"}) {
    const tests::GnupgHome gnupg;
    gnupg.import(name);
    const auto keyring = Keyring::create(gnupg.home(), gnupg.scratch());
    EXPECT_EQ(find_own_openpgp(*keyring, token_key(), "").error().kind, ErrorKind::NotFound) << name;
  }
}

}  // namespace
}  // namespace openpgp_auth
