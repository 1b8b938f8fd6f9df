// The user's keyring and the check of what was presented, with the real gpg.
#include "openpgp-auth/keyring.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/gnupg_home.h"
#include "tests/unit/loopback_listener.h"

namespace openpgp_auth {
namespace {

using tests::keyring_data;
using tests::primary_of;
using tests::subkey_of;
using tlscore::Bytes;
using tlscore::ErrorKind;

class KeyringTest : public testing::Test {
 protected:
  [[nodiscard]] Keyring keyring() const {
    auto made = Keyring::create(m_gnupg.home(), m_gnupg.scratch());
    EXPECT_TRUE(made);
    return std::move(*made);
  }
  [[nodiscard]] CheckedCertificate checked(const std::string& name) const {
    const auto answer = keyring().look(keyring_data(name), "");
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? answer->certificate : CheckedCertificate{{CheckedKey{}}, {}};
  }
  [[nodiscard]] std::size_t files_in_scratch() const {
    const std::filesystem::recursive_directory_iterator files(m_gnupg.scratch());
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

  tests::GnupgHome m_gnupg;
};

TEST_F(KeyringTest, ChecksACertificateThatNobodyHas) {
  const CheckedCertificate certificate = checked("good");
  ASSERT_EQ(certificate.keys.size(), 2U);
  EXPECT_EQ(certificate.primary().fingerprint, primary_of("good"));
  EXPECT_TRUE(certificate.primary().can_certify);
  EXPECT_FALSE(certificate.primary().can_authenticate);
  const CheckedKey& subkey = certificate.keys[1];
  EXPECT_EQ(subkey.fingerprint, subkey_of("good"));
  EXPECT_EQ(subkey.key_id, subkey.fingerprint.substr(24));
  EXPECT_TRUE(subkey.can_authenticate);
  EXPECT_FALSE(subkey.can_sign || subkey.can_encrypt || subkey.revoked || subkey.expired || subkey.invalid);
  EXPECT_EQ(subkey.created.time_since_epoch().count(), 1'577'836'800);
  EXPECT_FALSE(subkey.expires);
  EXPECT_EQ(certificate.user_ids.size(), 2U);
}

TEST_F(KeyringTest, ARevocationThatWeHaveBeatsAStrippedCopy) {
  m_gnupg.import("good-revoked");
  EXPECT_TRUE(checked("good").primary().revoked);
}

TEST_F(KeyringTest, ARevokedSubkeyStaysRevoked) {
  m_gnupg.import("good-subkey-revoked");
  const CheckedCertificate certificate = checked("good");
  EXPECT_FALSE(certificate.primary().revoked);
  EXPECT_TRUE(certificate.keys.at(1).revoked);
}

TEST_F(KeyringTest, ARevokedUserIdStaysRevoked) {
  m_gnupg.import("good-name-revoked");
  const CheckedCertificate certificate = checked("good");
  const auto name = std::ranges::find(certificate.user_ids, "https://party.test", &CheckedUserId::text);
  ASSERT_NE(name, certificate.user_ids.end());
  EXPECT_TRUE(name->revoked);
}

TEST_F(KeyringTest, ARevocationThatIsPresentedCountsToo) {
  m_gnupg.import("good");
  EXPECT_TRUE(checked("good-revoked").primary().revoked);
}

TEST_F(KeyringTest, WhatIsNotBoundDoesNotAppear) {
  EXPECT_EQ(checked("good-unbound-subkey").keys.size(), 1U);
  EXPECT_EQ(checked("good-flipped-bit").keys.size(), 1U);
}

TEST_F(KeyringTest, ExpiryIsTold) {
  EXPECT_TRUE(checked("expired").primary().expired);
  EXPECT_FALSE(checked("expired-subkey").primary().expired);
  EXPECT_TRUE(checked("expired-subkey").keys.at(1).expired);
  EXPECT_EQ(checked("expires-2030").keys.at(1).expires->time_since_epoch().count(), 1'893'456'000);
}

TEST_F(KeyringTest, RefusesWhatIsNotOneCertificate) {
  const Keyring keys = keyring();
  EXPECT_EQ(keys.look(keyring_data("two-certificates"), "").error().kind, ErrorKind::Malformed);
  EXPECT_EQ(keys.look(tlscore::as_bytes("no certificate"), "").error().kind, ErrorKind::Malformed);
  EXPECT_EQ(keys.look({}, "").error().kind, ErrorKind::Malformed);
  EXPECT_EQ(keys.look(Bytes(Keyring::kMaxReceivedBytes + 1), "").error().kind, ErrorKind::TooLarge);
  Bytes cut = keyring_data("good");
  cut.resize(cut.size() / 4);
  EXPECT_EQ(keys.look(cut, "").error().kind, ErrorKind::Malformed);
}

TEST_F(KeyringTest, LeavesNothingBehind) {
  m_gnupg.import("good");
  {
    const Keyring keys = keyring();
    EXPECT_TRUE(keys.look(keyring_data("good"), ""));
    EXPECT_FALSE(keys.look(tlscore::as_bytes("no certificate"), ""));
    EXPECT_EQ(files_in_scratch(), 2U) << "the keyring's folder, and the name under which gpg is started";
  }
  EXPECT_EQ(files_in_scratch(), 0U);
}

TEST_F(KeyringTest, CheckingDoesNotChangeTheUsersKeyring) {
  m_gnupg.import("primary-only");
  const Keyring keys = keyring();
  EXPECT_TRUE(keys.look(keyring_data("good"), ""));
  EXPECT_FALSE(keys.validity(primary_of("good"))->in_keyring);
}

TEST_F(KeyringTest, StoredIsWhatTheUserHas) {
  m_gnupg.import("good");
  const Keyring keys = keyring();
  const auto octets = keys.stored(primary_of("good"));
  ASSERT_TRUE(octets) << octets.error().message;
  EXPECT_EQ(octets->size(), keyring_data("good").size());
  EXPECT_EQ(keys.stored(primary_of("adopted")).error().kind, ErrorKind::NotFound);
}

TEST_F(KeyringTest, ValidityIsTheUsersWord) {
  m_gnupg.import("good");
  const std::string primary = primary_of("good");
  const Keyring keys = keyring();
  auto validity = keys.validity(primary);
  ASSERT_TRUE(validity) << validity.error().message;
  EXPECT_TRUE(validity->in_keyring);
  ASSERT_EQ(validity->user_ids.size(), 2U);
  EXPECT_EQ(validity->user_ids[0].validity, Validity::Unknown);
  EXPECT_EQ(validity->user_ids[0].tofu, TofuPolicy::None);
  m_gnupg.trust(primary, 6);
  validity = keys.validity(primary);
  ASSERT_TRUE(validity);
  EXPECT_EQ(validity->owner_trust, Validity::Ultimate);
  EXPECT_EQ(validity->user_ids[0].validity, Validity::Ultimate);
}

TEST_F(KeyringTest, ASubkeysFingerprintHasNoValidity) {
  m_gnupg.import("good");
  EXPECT_FALSE(keyring().validity(subkey_of("good"))->in_keyring);
}

TEST_F(KeyringTest, TrustOnFirstUseIsAskedWhereTheUserWantsIt) {
  m_gnupg.import("good");
  m_gnupg.configure("trust-model tofu+pgp\n");
  const auto validity = keyring().validity(primary_of("good"));
  ASSERT_TRUE(validity) << validity.error().message;
  ASSERT_EQ(validity->user_ids.size(), 2U);
  EXPECT_EQ(validity->user_ids[0].tofu, TofuPolicy::Auto);
  EXPECT_EQ(validity->user_ids[0].validity, Validity::Marginal);
}

TEST_F(KeyringTest, AHomeThatIsNotThereIsEmptyAndIsNotMade) {
  const std::string nowhere = m_gnupg.scratch() + "/nowhere";
  const auto keys = Keyring::create(nowhere, m_gnupg.scratch());
  ASSERT_TRUE(keys);
  EXPECT_FALSE(keys->validity(primary_of("good"))->in_keyring);
  EXPECT_EQ(keys->stored(primary_of("good")).error().kind, ErrorKind::NotFound);
  EXPECT_TRUE(keys->look(keyring_data("good"), ""));
  EXPECT_FALSE(std::filesystem::exists(nowhere));
}

TEST_F(KeyringTest, FindsWhoHasASubkey) {
  m_gnupg.import("good");
  const Keyring keys = keyring();
  EXPECT_EQ(*keys.primaries_with_subkey(subkey_of("good")), std::vector{primary_of("good")});
  m_gnupg.import("adopted");
  EXPECT_EQ(keys.primaries_with_subkey(subkey_of("good"))->size(), 2U);
  EXPECT_TRUE(keys.primaries_with_subkey(primary_of("good"))->empty());
}

TEST_F(KeyringTest, OneLookTellsAll) {
  m_gnupg.import("good");
  m_gnupg.import("adopted");
  const std::string key_id = subkey_of("good").substr(24);
  const auto answer = keyring().look(keyring_data("good"), key_id);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->certificate.primary().fingerprint, primary_of("good"));
  EXPECT_TRUE(answer->validity.in_keyring);
  EXPECT_EQ(answer->holders.size(), 2U);
  // Not in the keyring, and yet it is told who else has the subkey.
  const tests::GnupgHome other;
  other.import("adopted");
  const auto others = Keyring::create(other.home(), other.scratch());
  ASSERT_TRUE(others);
  const auto unknown = others->look(keyring_data("good"), key_id);
  ASSERT_TRUE(unknown);
  EXPECT_FALSE(unknown->validity.in_keyring);
  EXPECT_EQ(unknown->holders, (std::vector<KeyHolder>{{subkey_of("good"), primary_of("adopted")}}));
}

TEST_F(KeyringTest, AKeyringThatCannotBeReadIsAnErrorAndNotEmpty) {
  m_gnupg.import("good");
  std::filesystem::resize_file(m_gnupg.home() + "/pubring.kbx", 300);
  EXPECT_FALSE(keyring().validity(primary_of("good")));
  EXPECT_FALSE(keyring().stored(primary_of("good")));
  EXPECT_FALSE(keyring().primaries_with_subkey(subkey_of("good")));
  EXPECT_FALSE(keyring().look(keyring_data("good"), ""));
}

TEST_F(KeyringTest, ATrustDatabaseThatCannotBeReadIsAnError) {
  m_gnupg.import("good");
  std::ofstream(m_gnupg.home() + "/trustdb.gpg") << "garbage";
  EXPECT_FALSE(keyring().validity(primary_of("good")));
}

TEST_F(KeyringTest, NobodyIsAskedWhateverTheSettingsSay) {
  const tests::LoopbackListener keyserver("127.0.0.1");
  const std::string server = "hkp://" + keyserver.address().text();
  m_gnupg.import("good");
  m_gnupg.configure("auto-key-retrieve\nauto-key-locate keyserver\nkeyserver " + server + "\n");
  const Keyring keys = keyring();
  EXPECT_TRUE(keys.look(keyring_data("good"), ""));
  EXPECT_FALSE(keys.validity(primary_of("adopted"))->in_keyring);
  EXPECT_TRUE(keys.validity(primary_of("good"))->in_keyring);
  EXPECT_FALSE(keyserver.accept()) << "somebody has connected";
  for (const char* socket : {"S.dirmngr", "S.gpg-agent"}) {
    EXPECT_FALSE(std::filesystem::exists(m_gnupg.home() + "/" + socket)) << socket;
  }
}

}  // namespace
}  // namespace openpgp_auth
