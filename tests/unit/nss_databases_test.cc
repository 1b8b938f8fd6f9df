// The browsers' stores, with the real certutil.
#include "proxy/nss_databases.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/temp_folder.h"
#include "tlscore/base/run_program.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/local_ca.h"

namespace proxy {
namespace {

namespace fs = std::filesystem;

class NssDatabases : public testing::Test {
 public:
  [[nodiscard]] const std::string& home() const { return m_home.path(); }
  void make(const std::string& folder) const { fs::create_directories(home() + "/" + folder); }
  void write(const std::string& file, const std::string& text) const {
    std::ofstream(home() + "/" + file) << text;
  }

 private:
  tests::TempFolder m_home;
};

TEST_F(NssDatabases, AreThoseOfBrowsersThatAreThere) {
  EXPECT_TRUE(find_nss_databases(home()).empty());
  make(".config/chromium");
  make(".mozilla/firefox/abc.default");
  make(".config/mozilla/firefox/new.default");
  make("elsewhere");
  write(".mozilla/firefox/profiles.ini",
        "[Profile0]\nIsRelative=1\nPath=abc.default\n[Profile1]\nPath=gone\n"
        "[Profile2]\nIsRelative=0\nPath=" +
            home() + "/elsewhere\n");
  write(".config/mozilla/firefox/profiles.ini", "[Profile0]\nPath=new.default\n");
  const auto found = find_nss_databases(home());
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].folder, home() + "/.pki/nssdb");
  EXPECT_FALSE(found[0].exists);
  EXPECT_EQ(found[1].browser, "Firefox (profile abc.default)");
  EXPECT_EQ(found[2].folder, home() + "/elsewhere");
  EXPECT_EQ(found[3].folder, home() + "/.config/mozilla/firefox/new.default");
}

TEST_F(NssDatabases, OfANewerChromiumIsInTheDataFolder) {
  make(".config/chromium");
  make(".local/share/pki/nssdb");
  write(".local/share/pki/nssdb/cert9.db", "");
  auto found = find_nss_databases(home());
  ASSERT_EQ(found.size(), 1U) << "making ~/.pki/nssdb would take that one from it";
  EXPECT_EQ(found[0].folder, home() + "/.local/share/pki/nssdb");
  make(".pki/nssdb");
  write(".pki/nssdb/cert9.db", "");
  EXPECT_EQ(find_nss_databases(home()).size(), 2U) << "older browsers, and newer ones, use this";
  found = find_nss_databases(home(), home() + "/data");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].folder, home() + "/.pki/nssdb");
}

TEST_F(NssDatabases, AreMadeAndFilledAndEmptied) {
  const NssDatabase database{"Chromium", home() + "/.pki/nssdb", false};
  EXPECT_TRUE(nss_nicknames(database)->empty());
  const auto now = *tlscore::x509::parse_rfc3339("2030-01-01");
  const auto ca = *tlscore::x509::LocalCa::create(std::vector<std::string>{"party.example"}, now);
  const std::string name = "Latchkey CA for party.example [01234567]";
  const auto added = nss_add(database, name, ca.certificate());
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(*nss_nicknames(database), std::vector<std::string>{name});
  ASSERT_TRUE(nss_remove(database, name));
  EXPECT_TRUE(nss_nicknames(database)->empty());
  EXPECT_FALSE(nss_remove(database, name));
}

TEST_F(NssDatabases, OneWithAPasswordIsLeftAsItWas) {
  const NssDatabase database{"Firefox (profile locked)", home() + "/locked", true};
  make("locked");
  write("password", "secret\n");
  const auto made = tlscore::run_program(
      {"certutil", "-N", "-d", "sql:" + database.folder, "-f", home() + "/password"}, "");
  ASSERT_TRUE(made && made->status == 0);
  const auto now = *tlscore::x509::parse_rfc3339("2030-01-01");
  const auto ca = *tlscore::x509::LocalCa::create(std::vector<std::string>{"party.example"}, now);
  const auto added = nss_add(database, "Latchkey CA for party.example [01234567]", ca.certificate());
  ASSERT_FALSE(added) << "there is no terminal on which it could be asked for";
  EXPECT_TRUE(added.error().message.contains("primary password")) << added.error().message;
  EXPECT_TRUE(nss_nicknames(database)->empty()) << "there, and trusted for nothing";
}

TEST_F(NssDatabases, ABrokenOneIsAnErrorThatNamesIt) {
  make("broken");
  write("broken/cert9.db", "no database");
  const auto names = nss_nicknames({"Firefox (profile broken)", home() + "/broken", true});
  ASSERT_FALSE(names);
  EXPECT_NE(names.error().message.find("Firefox (profile broken): certutil says: "), std::string::npos);
}

}  // namespace
}  // namespace proxy
