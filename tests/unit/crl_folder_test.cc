// Which lists of a folder count for whom, and that a changed folder is seen.
#include "tlscore/x509/crl_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/crl_builder.h"
#include "tests/unit/temp_folder.h"
#include "tlscore/x509/date.h"

namespace tlscore::x509 {
namespace {

class CrlFolderTest : public testing::Test {
 protected:
  void put(const std::string& name, ByteView octets) const {
    // As whoever fills such a folder does: never half a file.
    std::ofstream(m_path / "draft", std::ios::binary) << as_text(octets);
    std::filesystem::rename(m_path / "draft", m_path / name);
  }
  [[nodiscard]] Result<CrlFolder> open() const { return CrlFolder::open(m_path); }
  /// What is said of m_leaf, or "good".
  std::string ask(CrlFolder& folder, std::string_view time = "2030-01-01") {
    const auto checked = folder.check(m_leaf, m_issuer, *parse_rfc3339(time));
    return checked ? "good" : checked.error().message;
  }

  tests::TempFolder m_folder;
  std::filesystem::path m_path = m_folder.path();
  Holder m_ca{"CA"};
  Certificate m_issuer = certificate(m_ca, m_ca, {basic_constraints(true)});
  Certificate m_leaf = certificate(Holder("Leaf"), m_ca, {});  // its serial number is 1
};

TEST_F(CrlFolderTest, WithoutAListEverythingIsGoodForever) {
  auto folder = open();
  ASSERT_TRUE(folder) << folder.error().message;
  EXPECT_EQ(folder->check(m_leaf, m_issuer, *parse_rfc3339("2030-01-01")), std::chrono::sys_seconds::max());
  Holder other("Other");
  put("other.crl", crl_der(other, {.serials = {{1}}}));
  EXPECT_TRUE(folder->refresh());
  EXPECT_EQ(ask(*folder), "good");
}

TEST_F(CrlFolderTest, TheAnswerHoldsUntilTheNextList) {
  put("ca.crl", crl_der(m_ca, {.serials = {{2}}}));
  auto folder = open();
  EXPECT_EQ(folder->check(m_leaf, m_issuer, *parse_rfc3339("2030-01-01")), *parse_rfc3339("2030-02-01"));
  EXPECT_EQ(ask(*folder, "2030-02-01T00:00:01Z"), "the CRL of CN=CA expired on 2030-02-01");
  EXPECT_EQ(ask(*folder, "2029-11-30"), "the CRL of CN=CA is not valid before 2029-12-01");
}

TEST_F(CrlFolderTest, AChangedFolderIsReadAgain) {
  auto folder = open();
  const Bytes empty = folder->digest();
  put("ca.crl", crl_der(m_ca, {.serials = {{1}}}));
  EXPECT_EQ(ask(*folder), "good") << "it was not asked to look";
  EXPECT_TRUE(folder->refresh());
  EXPECT_EQ(ask(*folder), "the certificate of CN=Leaf was revoked (the CRL of CN=CA)");
  EXPECT_NE(folder->digest(), empty);
  put("ca.crl", crl_der(m_ca, {.serials = {{2}}}));
  EXPECT_TRUE(folder->refresh());
  EXPECT_EQ(ask(*folder), "good");
  std::filesystem::remove(m_path / "ca.crl");
  EXPECT_TRUE(folder->refresh());
  EXPECT_EQ(folder->digest(), empty);
}

TEST_F(CrlFolderTest, AFileThatCannotBeReadIsToldUntilItCan) {
  auto folder = open();
  put("ca.crl", to_bytes("nothing"));
  EXPECT_FALSE(folder->refresh());
  EXPECT_FALSE(folder->refresh()) << "it is not forgotten";
  EXPECT_TRUE(open().error().message.contains("ca.crl"));
  put("ca.crl", crl_der(m_ca, {}));
  EXPECT_TRUE(folder->refresh());
  std::filesystem::remove_all(m_path);
  EXPECT_EQ(folder->refresh().error().kind, ErrorKind::NotFound);
}

TEST_F(CrlFolderTest, OnlyFilesThatAreCalledSoAreRead) {
  put("README.md", to_bytes("nothing"));
  put(".crl", to_bytes("nothing"));
  put("a.rx", to_bytes("nothing"));
  EXPECT_TRUE(open());
  for (const char* name : {"a.crl", "a.pem", "a.der", "a.r0", "a.r9"}) {
    put(name, to_bytes("nothing"));
    EXPECT_FALSE(open()) << name;
    std::filesystem::remove(m_path / name);
  }
}

TEST_F(CrlFolderTest, HoldsABoundedNumberOfFiles) {
  const Bytes crl = crl_der(m_ca, {});
  for (int i = 0; i < 256; ++i) put(std::to_string(i) + ".crl", crl);
  EXPECT_TRUE(open());
  put("one-more.crl", crl);
  EXPECT_EQ(open().error().kind, ErrorKind::TooLarge);
}

TEST_F(CrlFolderTest, AListThatNamesThisKeyAndIsNotSignedByItIsRefused) {
  Holder twin("CA");
  put("ca.crl", crl_der(twin, {}));
  auto folder = open();
  EXPECT_EQ(ask(*folder), "the CRL of CN=CA is not signed by it")
      << "it names no key, so it could be this one's";
}

TEST_F(CrlFolderTest, ACaHasToBeAllowedToSignLists) {
  put("ca.crl", crl_der(m_ca, {}));
  auto folder = open();
  m_issuer = certificate(m_ca, m_ca, {basic_constraints(true), key_usage(kKeyCertSign)});
  EXPECT_EQ(ask(*folder), "CN=CA may not sign CRLs (key usage)");
  m_issuer = certificate(m_ca, m_ca, {basic_constraints(true), key_usage(kKeyCertSign | kCrlSign)});
  EXPECT_EQ(ask(*folder), "good");
}

}  // namespace
}  // namespace tlscore::x509
