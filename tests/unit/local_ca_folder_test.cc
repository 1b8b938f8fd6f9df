// Which names a party's local CA is for, and the files that it is kept in.
#include "proxy/local_ca_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/temp_folder.h"
#include "tlscore/base/private_file.h"
#include "tlscore/x509/date.h"

namespace proxy {
namespace {

using tlscore::ErrorKind;

Party party(std::vector<std::string> hosts) {
  Party made;
  made.hosts = std::move(hosts);
  return made;
}

TEST(LocalCaNames, AreThePartysWithoutAsterisks) {
  EXPECT_EQ(local_ca_names(party({"www.example.org", "*.example.net", "a.example.org"})),
            (std::vector<std::string>{"a.example.org", "example.net", "www.example.org"}));
  EXPECT_EQ(local_ca_names(party({"example.net", "*.example.net"})), std::vector<std::string>{"example.net"});
}

TEST(LocalCaNames, LeaveOutWhatNoCaMayBeFor) {
  EXPECT_EQ(local_ca_names(party({"192.0.2.1", "2001:db8::1", "intranet", "*.co.uk", "*.github.io", "org"})),
            std::vector<std::string>());
  for (const std::string host : {"192.0.2.1", "::1", "intranet", "co.uk", "github.io", "com"})
    EXPECT_FALSE(why_no_local_ca(host).empty()) << host;
  for (const std::string host : {"example.org", "somebody.github.io", "a.b.test"})
    EXPECT_TRUE(why_no_local_ca(host).empty()) << host;
}

TEST(LocalCaNames, SayWhyNotInEachCasesWords) {
  EXPECT_TRUE(why_no_local_ca("192.0.2.1").contains("address"));
  EXPECT_TRUE(why_no_local_ca("intranet").contains("single label"));
  EXPECT_TRUE(why_no_local_ca("co.uk").contains("public suffix"));
}

class LocalCaFolderTest : public testing::Test {
 public:
  [[nodiscard]] std::string path() const { return m_folder.path() + "/ca"; }
  [[nodiscard]] std::vector<std::filesystem::path> files(const std::string& extension) const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(path())) {
      if (entry.path().extension() == extension) found.push_back(entry.path());
    }
    return found;
  }

 private:
  tests::TempFolder m_folder;
};

TEST_F(LocalCaFolderTest, HasOneForEachSetOfNames) {
  const LocalCaFolder folder(path());
  const auto first = folder.open({"a.example"});
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(folder.open({"a.example"})->certificate(), first->certificate());
  EXPECT_NE(folder.open({"a.example", "b.example"})->certificate().der().size(), 0U);
  EXPECT_EQ(folder.open({"a.example"})->certificate(), first->certificate());
  EXPECT_EQ(files(".pem").size(), 2U);
  for (const auto& key : files(".key")) {
    struct stat about{};
    ASSERT_EQ(::stat(key.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U);
  }
}

TEST_F(LocalCaFolderTest, RefusesFilesThatDoNotBelongTogether) {
  const LocalCaFolder folder(path());
  ASSERT_TRUE(folder.open({"a.example"}));
  const auto key = files(".key").front();
  ASSERT_TRUE(folder.open({"b.example"}));
  for (const auto& other : files(".key")) {
    if (other != key)
      std::filesystem::copy_file(other, key, std::filesystem::copy_options::overwrite_existing);
  }
  EXPECT_EQ(folder.open({"a.example"}).error().kind, ErrorKind::Untrusted);
}

TEST_F(LocalCaFolderTest, MakesOneAnewThatEndsBeforeALeafOfItWould) {
  using tlscore::x509::LocalCa;
  const LocalCaFolder folder(path());
  const auto kept = folder.open({"a.example"});
  ASSERT_TRUE(kept);
  const std::string state = folder.state_of({"a.example"});
  EXPECT_FALSE(state.empty());
  const std::vector<std::string> names = {"a.example"};
  const auto begun = tlscore::x509::now() - LocalCa::kLifetime + LocalCa::kLeafLifetime / 2;
  const auto old = LocalCa::create(names, begun);
  ASSERT_TRUE(
      tlscore::write_private_file(files(".pem").front(), tlscore::as_bytes(old->certificate().pem())));
  ASSERT_TRUE(tlscore::write_private_file(files(".key").front(), tlscore::as_bytes(*old->key_pem())));
  const auto made = folder.open({"a.example"});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_FALSE(made->certificate() == old->certificate());
  EXPECT_GT(made->certificate().not_after(), tlscore::x509::now() + LocalCa::kLeafLifetime);
  EXPECT_NE(folder.state_of({"a.example"}), state);
  EXPECT_EQ(folder.state_of({"b.example"}), "");
}

TEST_F(LocalCaFolderTest, RefusesAFolderThatOthersMayWriteTo) {
  const LocalCaFolder folder(path());
  ASSERT_TRUE(folder.open({"a.example"}));
  ::chmod(path().c_str(), 0777);
  EXPECT_EQ(folder.open({"a.example"}).error().kind, ErrorKind::Refused);
}

TEST_F(LocalCaFolderTest, ForgetsCasForOtherNamesAndNothingElse) {
  const LocalCaFolder folder(path());
  const auto kept = folder.open({"a.example"});
  ASSERT_TRUE(kept && folder.open({"a.example", "b.example"}));
  const std::string bundle = path() + "/bundle.pem";
  ASSERT_TRUE(tlscore::write_private_file(bundle, tlscore::as_bytes("")));
  const std::vector<std::vector<std::string>> wanted{{"a.example"}};
  EXPECT_EQ(folder.others(wanted).size(), 2U);
  ASSERT_TRUE(folder.forget_others(wanted));
  EXPECT_TRUE(folder.others(wanted).empty());
  EXPECT_EQ(folder.open({"a.example"})->certificate(), kept->certificate());
  EXPECT_TRUE(std::filesystem::exists(bundle));
}

TEST_F(LocalCaFolderTest, HasNoOthersBeforeItIsThere) {
  EXPECT_TRUE(LocalCaFolder(path()).others({}).empty());
}

class TokenCaFolderTest : public LocalCaFolderTest {
 public:
  tlscore::x509::LocalCaCertificate signed_by(tlscore::x509::PrivateKey& signer) {
    const auto draft =
        *tlscore::x509::LocalCaCertificate::draft(names, signer.public_key(), tlscore::x509::now());
    return *tlscore::x509::LocalCaCertificate::adopt(*draft.finish(*signer.sign(draft.request())));
  }

  const std::vector<std::string> names{"a.example"};
  const LocalCaFolder folder{path(), "pkcs11:object=local-ca"};
  tlscore::x509::PrivateKey key = *tlscore::x509::PrivateKey::generate_p256();
};

TEST_F(TokenCaFolderTest, KeepsTheCertificateAndNoKey) {
  EXPECT_FALSE(folder.find(names)->has_value());
  const auto made = folder.keep(names, signed_by(key));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ((*folder.find(names))->certificate(), made->certificate());
  EXPECT_FALSE(folder.find({"b.example"})->has_value());
  EXPECT_EQ(files(".pem").size(), 1U);
  EXPECT_EQ(files(".key").size(), 0U);
}

TEST_F(TokenCaFolderTest, TheFirstForAKeyStaysAndOneForAnotherKeyTakesItsPlace) {
  const auto first = folder.keep(names, signed_by(key));
  EXPECT_EQ(folder.keep(names, signed_by(key))->certificate(), first->certificate());
  auto other = *tlscore::x509::PrivateKey::generate_p256();
  EXPECT_EQ(folder.keep(names, signed_by(other))->certificate().public_key(), other.public_key());
  EXPECT_EQ((*folder.find(names))->certificate().public_key(), other.public_key());
}

TEST_F(TokenCaFolderTest, TakesNoCertificateOfAKeyInAFile) {
  const LocalCaFolder files_folder(path());
  const auto in_file = files_folder.open(names);
  ASSERT_TRUE(in_file);
  EXPECT_FALSE(folder.find(names)->has_value());
  ASSERT_TRUE(folder.keep(names, signed_by(key)));
  EXPECT_EQ(files_folder.open(names)->certificate(), in_file->certificate());
}

TEST_F(TokenCaFolderTest, CasWithKeysInFilesAreOthers) {
  ASSERT_TRUE(LocalCaFolder(path()).open(names));
  const auto kept = folder.keep(names, signed_by(key));
  EXPECT_EQ(folder.others(std::span(&names, 1)).size(), 2U);
  ASSERT_TRUE(folder.forget_others(std::span(&names, 1)));
  EXPECT_EQ(files(".key").size(), 0U);
  EXPECT_EQ(files(".pem").size(), 1U);
  EXPECT_EQ((*folder.find(names))->certificate(), kept->certificate());
}

}  // namespace
}  // namespace proxy
