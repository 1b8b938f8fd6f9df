// Which certificate introduces a key, and how one is made with the token's own signature.
#include "tlscore/token/own_certificate.h"

#include <array>

#include "tests/unit/soft_token_fixture.h"

namespace tlscore::token {
namespace {

class OwnCertificateTest : public SoftTokenTest {
 protected:
  /// Enrolls the key with this id under `subject`.
  Result<x509::Certificate> enroll_key(SignerClient& client, const KeyInfo& key, const std::string& subject) {
    EnrollOptions options{.folder = folder, .subject = subject};
    return wait(enroll(client, key, std::move(options), cancel));
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string folder = s_folder + "/certificates";
};

TEST_F(OwnCertificateTest, EveryKindOfKeyGetsOneThatIsFoundAgain) {
  const auto client = start(options());
  for (const std::uint8_t id : std::to_array<std::uint8_t>({1, 2, 3})) {
    const KeyInfo its_key = key(*client, id);
    EXPECT_EQ(find_own_certificate(its_key, folder).error().kind, ErrorKind::NotFound);
    const auto made = enroll_key(*client, its_key, "Ann Example");
    ASSERT_TRUE(made.has_value()) << made.error().message;
    EXPECT_EQ(made->subject(), "CN=Ann Example");
    EXPECT_EQ(made->public_key(), its_key.public_key);
    EXPECT_TRUE(made->allows(x509::Purpose::ClientAuth));
    EXPECT_FALSE(made->is_ca());
    EXPECT_GE(made->not_after() - made->not_before(), kOwnCertificateLife);
    EXPECT_EQ(find_own_certificate(its_key, folder).value(), *made);
  }
}

TEST_F(OwnCertificateTest, ALongSubjectIsCutBetweenCharacters) {
  const auto client = start(options());
  std::string subject(63, 'a');
  subject += "\xc3\xa9t\xc3\xa9";
  const auto made = enroll_key(*client, key(*client, 1), subject);
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_EQ(made->subject(), "CN=" + std::string(63, 'a'));
}

TEST_F(OwnCertificateTest, RefusesAFileForAnotherKey) {
  const auto client = start(options());
  const KeyInfo p256 = key(*client, 1);
  const KeyInfo p384 = key(*client, 2);
  ASSERT_TRUE(enroll_key(*client, p256, "").has_value());
  std::filesystem::rename(own_certificate_path(folder, p256), own_certificate_path(folder, p384));
  EXPECT_EQ(find_own_certificate(p384, folder).error().kind, ErrorKind::Untrusted);
}

TEST_F(OwnCertificateTest, RefusesAFileThatIsNoCertificate) {
  const auto client = start(options());
  const KeyInfo p256 = key(*client, 1);
  std::filesystem::create_directory(folder);
  write(own_certificate_path(folder, p256), "not a certificate\n");
  EXPECT_FALSE(find_own_certificate(p256, folder).has_value());
}

TEST_F(OwnCertificateTest, TheOneOnTheTokenGoesFirst) {
  const auto client = start(options());
  KeyInfo p256 = key(*client, 1);
  const auto on_token = enroll_key(*client, p256, "On the token");
  const auto in_folder = enroll_key(*client, p256, "In the folder");
  EXPECT_EQ(find_own_certificate(p256, folder).value().subject(), "CN=In the folder");
  p256.certificate = Bytes(on_token->der().begin(), on_token->der().end());
  EXPECT_EQ(find_own_certificate(p256, folder).value().subject(), "CN=On the token");
}

TEST_F(OwnCertificateTest, NothingIsKeptWhenTheTokenDoesNotSign) {
  const auto client = start(options("lie"));
  const KeyInfo p256 = key(*client, 1);
  EXPECT_FALSE(enroll_key(*client, p256, "").has_value());
  EXPECT_FALSE(std::filesystem::exists(own_certificate_path(folder, p256)));
}

}  // namespace
}  // namespace tlscore::token
