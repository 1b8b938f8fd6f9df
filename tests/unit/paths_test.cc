// Folders that are made, and folders that are refused.
#include "proxy/paths.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/unit/temp_folder.h"

namespace proxy {
namespace {

using tlscore::ErrorKind;
using tlscore::Result;

class Paths : public testing::Test {
 protected:
  void SetUp() override {
    m_base.home = m_folder.path();
    m_base.uid = ::geteuid();
  }

  static mode_t mode_of(const std::string& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
  }

  void expect_refused(const Result<std::string>& folder) {
    ASSERT_FALSE(folder.has_value()) << *folder;
    EXPECT_EQ(folder.error().kind, ErrorKind::Refused) << folder.error().message;
  }

  tests::TempFolder m_folder;
  BaseFolders m_base;
};

TEST_F(Paths, TheConfigurationIsUnderXdgConfigHomeElseUnderHome) {
  EXPECT_EQ(config_file(m_base).value(), m_base.home + "/.config/latchkey/config.toml");
  m_base.config_home = "/x";
  EXPECT_EQ(config_file(m_base).value(), "/x/latchkey/config.toml");
  EXPECT_EQ(config_file(BaseFolders{}).error().kind, ErrorKind::NotFound);
}

TEST_F(Paths, TheStateFolderIsMadePrivateWithItsParents) {
  EXPECT_EQ(make_state_folder(m_base).value(), m_base.home + "/.local/state/latchkey");
  EXPECT_EQ(mode_of(m_base.home + "/.local/state/latchkey"), 0700U);
  EXPECT_EQ(mode_of(m_base.home + "/.local"), 0700U);
  EXPECT_TRUE(make_state_folder(m_base).has_value()) << "a second time";
}

TEST_F(Paths, TheStateFolderIsUnderXdgStateHome) {
  m_base.state_home = m_base.home + "/s";
  EXPECT_EQ(make_state_folder(m_base).value(), m_base.home + "/s/latchkey");
  EXPECT_EQ(make_state_folder(BaseFolders{}).error().kind, ErrorKind::NotFound);
}

TEST_F(Paths, TheRuntimeFolderFallsBackFromXdgToRunUserToState) {
  m_base.runtime_dir = m_base.home + "/xdg";
  m_base.run_user = m_base.home + "/user";
  ASSERT_EQ(::mkdir(m_base.runtime_dir.c_str(), 0700), 0);
  ASSERT_EQ(::mkdir(m_base.run_user.c_str(), 0700), 0);
  EXPECT_EQ(make_runtime_folder(m_base).value(), m_base.home + "/xdg/latchkey");
  m_base.runtime_dir.clear();
  EXPECT_EQ(make_runtime_folder(m_base).value(), m_base.home + "/user/latchkey");
  m_base.run_user.clear();
  const std::string folder = make_runtime_folder(m_base).value();
  EXPECT_EQ(folder, m_base.home + "/.local/state/latchkey/run");
  EXPECT_EQ(mode_of(folder), 0700U);
}

TEST_F(Paths, AFolderThatIsOpenToOthersIsRefused) {
  const std::string folder = make_state_folder(m_base).value();
  for (const mode_t mode : {0710, 0740, 0701, 0777}) {
    ASSERT_EQ(::chmod(folder.c_str(), mode), 0);
    expect_refused(make_state_folder(m_base));
  }
}

TEST_F(Paths, AFolderOfSomebodyElseIsRefused) {
  ASSERT_TRUE(make_state_folder(m_base).has_value());
  m_base.uid += 1;
  expect_refused(make_state_folder(m_base));
}

TEST_F(Paths, ASymbolicLinkIsRefused) {
  m_base.runtime_dir = m_base.home;
  const std::string target = m_base.home + "/target";
  ASSERT_EQ(::mkdir(target.c_str(), 0700), 0);
  ASSERT_EQ(::symlink(target.c_str(), (m_base.home + "/latchkey").c_str()), 0);
  expect_refused(make_runtime_folder(m_base));
}

TEST_F(Paths, AFileInPlaceOfTheFolderIsRefused) {
  m_base.runtime_dir = m_base.home;
  ASSERT_EQ(::mknod((m_base.home + "/latchkey").c_str(), S_IFREG | 0600, 0), 0);
  expect_refused(make_runtime_folder(m_base));
}

TEST_F(Paths, ARuntimeDirThatOthersControlIsRefused) {
  m_base.runtime_dir = m_base.home + "/xdg";
  ASSERT_EQ(::mkdir(m_base.runtime_dir.c_str(), 0700), 0);
  ASSERT_EQ(::chmod(m_base.runtime_dir.c_str(), 0777), 0);
  expect_refused(make_runtime_folder(m_base));
  ASSERT_EQ(::chmod(m_base.runtime_dir.c_str(), 01777), 0);
  EXPECT_TRUE(make_runtime_folder(m_base).has_value()) << "sticky, like /tmp";
}

TEST_F(Paths, ARuntimeDirThatIsMissingIsNamed) {
  m_base.runtime_dir = m_base.home + "/none";
  const auto folder = make_runtime_folder(m_base);
  ASSERT_FALSE(folder.has_value());
  EXPECT_NE(folder.error().message.find("XDG_RUNTIME_DIR"), std::string::npos);
}

TEST(BaseFoldersOfThisProcess, IgnoreWhatIsNoPathFromTheRoot) {
  const char* before = std::getenv("XDG_CONFIG_HOME");
  const std::string kept = before == nullptr ? "" : before;
  ASSERT_EQ(::setenv("XDG_CONFIG_HOME", "relative/folder", 1), 0);
  EXPECT_EQ(BaseFolders::of_this_process().config_home, "");
  ASSERT_EQ(::setenv("XDG_CONFIG_HOME", "/from/root//", 1), 0);
  EXPECT_EQ(BaseFolders::of_this_process().config_home, "/from/root");
  if (before == nullptr) {
    ASSERT_EQ(::unsetenv("XDG_CONFIG_HOME"), 0);
  } else {
    ASSERT_EQ(::setenv("XDG_CONFIG_HOME", kept.c_str(), 1), 0);
  }
}

}  // namespace
}  // namespace proxy
