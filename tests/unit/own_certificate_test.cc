// Which certificate introduces a key, and how one is made with the token's own signature.
#include "tlscore/token/own_certificate.h"

#include <array>

#include "tests/unit/soft_token_fixture.h"
#include "tests/unit/temp_folder.h"
#include "tests/unit/x509_test_data.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/self_signed.h"

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

/// Certificates for a key that lies in memory, with the dates and purposes that a test wants.
class ImportedCertificateTest : public testing::Test {
 protected:
  ImportedCertificateTest()
      : key(std::move(*x509::PrivateKey::parse_pem(x509::test_data("p256.key")))), info(key_info()) {}
  KeyInfo key_info() {
    return {.id = {},
            .label = "",
            .public_key = key.public_key(),
            .fingerprint = to_hex(key.public_key().spki_sha256()),
            .uri = "",
            .mechanisms = {},
            .certificate = std::nullopt};
  }
  x509::Certificate certificate(std::chrono::days left, bool client_auth = true) {
    return *x509::self_sign(key, {.common_name = "Ann Example",
                                  .key = key.public_key(),
                                  .not_before = x509::now() - std::chrono::days(400),
                                  .not_after = x509::now() + left,
                                  .client_auth = client_auth,
                                  .server_auth = !client_auth,
                                  .dns_names = {}});
  }
  Result<void> import(const x509::Certificate& one) {
    return import_certificate(info, {&one, 1}, folder.path());
  }

  x509::PrivateKey key;
  KeyInfo info;
  tests::TempFolder folder;
};

TEST_F(ImportedCertificateTest, IsFoundAgain) {
  const x509::Certificate good = certificate(std::chrono::days(1));
  ASSERT_TRUE(import(good).has_value());
  EXPECT_EQ(find_own_certificate(info, folder.path()).value(), good);
}

TEST_F(ImportedCertificateTest, IsRefusedWhereItIsOfNoUse) {
  EXPECT_EQ(import(certificate(std::chrono::days(-1))).error().kind, ErrorKind::Untrusted);
  EXPECT_EQ(import(certificate(std::chrono::days(1), false)).error().kind, ErrorKind::Untrusted);
  EXPECT_EQ(import_certificate(info, {}, folder.path()).error().kind, ErrorKind::Malformed);
  const std::vector<x509::Certificate> many(kMostInChain + 1, certificate(std::chrono::days(1)));
  EXPECT_EQ(import_certificate(info, many, folder.path()).error().kind, ErrorKind::TooLarge);
  info.public_key = x509::PrivateKey::parse_pem(x509::test_data("p384.key"))->public_key();
  EXPECT_EQ(import(certificate(std::chrono::days(1))).error().kind, ErrorKind::Untrusted);
}

TEST_F(ImportedCertificateTest, IsRenewedOnlyNearItsEndAndIfItIsSelfSignedAndUsed) {
  EXPECT_FALSE(name_to_renew(info, folder.path())) << "there is none";
  ASSERT_TRUE(import(certificate(std::chrono::days(31))).has_value());
  EXPECT_FALSE(name_to_renew(info, folder.path()));
  const x509::Certificate due = certificate(std::chrono::days(29));
  ASSERT_TRUE(import(due).has_value());
  EXPECT_EQ(name_to_renew(info, folder.path()), "Ann Example");
  info.certificate = Bytes(due.der().begin(), due.der().end());
  EXPECT_FALSE(name_to_renew(info, folder.path())) << "the one on the token is nobody's to make anew";
}

}  // namespace
}  // namespace tlscore::token
