// Certificates that we made: read by ourselves, and checked by the real gpg.
#include "openpgp-auth/new_certificate.h"

#include <gtest/gtest.h>

#include "openpgp-auth/authenticating_key.h"
#include "openpgp-auth/back_signature.h"
#include "openpgp-auth/keyring.h"
#include "tests/unit/gnupg_home.h"
#include "tests/unit/new_openpgp.h"

namespace openpgp_auth {
namespace {

constexpr const char* kUserId = "https://party.example";

class NewCertificateTest : public testing::TestWithParam<std::tuple<const char*, Place>> {
 protected:
  std::shared_ptr<tlscore::x509::PrivateKey> m_key = key_from(std::get<0>(GetParam()));
  Place m_place = std::get<1>(GetParam());
  Bytes m_octets = certificate_with(*m_key, m_place, kUserId);
};

TEST_P(NewCertificateTest, HoldsTheKeyThatAuthenticates) {
  const auto key = authenticating_key(body_of(m_octets));
  ASSERT_TRUE(key.has_value()) << key.error().message;
  EXPECT_EQ(*key, m_key->public_key());
}

TEST_P(NewCertificateTest, ASubkeyThatSignsSaysWhoseItIs) {
  const auto certificate = *Certificate::parse(m_octets);
  if (certificate.subkeys().empty()) return;
  const Subkey& subkey = certificate.subkeys().front();
  EXPECT_EQ(needs_back_signature(subkey), m_place == Place::SigningSubkey);
  EXPECT_EQ(check_back_signature(certificate.primary(), subkey).has_value(), m_place == Place::SigningSubkey);
}

TEST_P(NewCertificateTest, GnuPgFindsItGood) {
  const tests::GnupgHome gnupg;
  const auto checked = Keyring::create(gnupg.home(), gnupg.scratch())->check(m_octets);
  ASSERT_TRUE(checked.has_value()) << checked.error().message;
  const CheckedKey& key = checked->keys.back();
  EXPECT_EQ(checked->keys.size(), m_place == Place::Primary ? 1U : 2U);
  EXPECT_EQ(key.fingerprint, key_in_use(*Certificate::parse(m_octets)).fingerprint.to_hex());
  EXPECT_TRUE(key.can_authenticate);
  EXPECT_EQ(key.can_sign, m_place != Place::AuthenticationSubkey);
  EXPECT_FALSE(key.invalid || key.expired || key.revoked || key.can_encrypt || key.expires);
  ASSERT_EQ(checked->user_ids.size(), 1U);
  EXPECT_EQ(checked->user_ids.front().text, kUserId);
}

INSTANTIATE_TEST_SUITE_P(Kinds, NewCertificateTest,
                         testing::Combine(testing::Values("rsa2048.key", "p256.key", "p384.key"),
                                          testing::Values(Place::Primary, Place::SigningSubkey,
                                                          Place::AuthenticationSubkey)));

TEST(NewCertificate, ExpiresWhenItIsTold) {
  auto key = *tlscore::x509::PrivateKey::generate_p256();
  const auto created = std::chrono::sys_seconds(std::chrono::seconds(1'700'000'000));
  const auto lifetime = std::chrono::hours(24);
  const Bytes octets =
      *make_certificate({.primary = key, .user_id = "a user", .created = created, .lifetime = lifetime});
  const tests::GnupgHome gnupg;
  const auto checked = Keyring::create(gnupg.home(), gnupg.scratch())->check(octets);
  ASSERT_TRUE(checked.has_value()) << checked.error().message;
  EXPECT_EQ(checked->primary().expires, created + lifetime);
  EXPECT_TRUE(checked->primary().expired);
}

TEST(NewCertificate, RefusesWhatNoCertificateCanSay) {
  auto key = *tlscore::x509::PrivateKey::generate_p256();
  const std::chrono::sys_seconds now{std::chrono::seconds(1'700'000'000)};
  const auto refused = [&](std::string user_id, std::chrono::sys_seconds created) {
    return !make_certificate({.primary = key, .user_id = std::move(user_id), .created = created}).has_value();
  };
  EXPECT_TRUE(refused("", now));
  EXPECT_TRUE(refused(std::string(2049, 'a'), now));
  EXPECT_TRUE(refused("a user", std::chrono::sys_seconds{}));
  EXPECT_TRUE(refused("a user", std::chrono::sys_seconds(std::chrono::seconds(1LL << 32U))));
  EXPECT_FALSE(refused("a user", now));
}

}  // namespace
}  // namespace openpgp_auth
