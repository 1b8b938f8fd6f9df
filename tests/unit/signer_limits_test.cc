// What a signer may still change: each test in a child of its own.
#include "tlscore/token/signer_limits.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

#include "tests/unit/temp_folder.h"
#include "tlscore/base/call_filter.h"
#include "tlscore/base/folder_fence.h"

namespace tlscore::token {
namespace {

using Folders = std::vector<std::string>;

/// What a signer of that module gets: 0, or an errno.
int outcome(std::string_view module, const std::function<long()>& attempt) {
  const pid_t child = ::fork();
  if (child == 0) {
    give_up_calls({.folders = folders_to_change(module)});
    ::_exit(attempt() < 0 ? errno : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

class SignerFence : public testing::Test {
 protected:
  void SetUp() override {
    if (!can_forbid_calls()) GTEST_SKIP() << "a sanitizer's reports are files";
    if (landlock_version() == 0) GTEST_SKIP() << "this kernel has no Landlock";
    ASSERT_EQ(::mkdir(path("soft-token").c_str(), 0700), 0);
    ::setenv("SOFTHSM2_CONF", path("soft-token/softhsm2.conf").c_str(), 1);
  }
  void TearDown() override { ::unsetenv("SOFTHSM2_CONF"); }
  [[nodiscard]] std::string path(const std::string& name) const { return m_folder.path() + "/" + name; }
  [[nodiscard]] int making(std::string_view module, const std::string& file) const {
    return outcome(module, [&] { return ::open(path(file).c_str(), O_WRONLY | O_CREAT, 0600); });
  }

 private:
  tests::TempFolder m_folder;
};

TEST_F(SignerFence, TheSoftwareTokensChangesItsTokenAlone) {
  EXPECT_EQ(making("soft", "soft-token/object"), 0);
  EXPECT_EQ(making("soft", "elsewhere"), EACCES);
}

TEST_F(SignerFence, OpenScsChangesNoFileOfTheUser) {
  EXPECT_EQ(making("auto", "soft-token/object"), EACCES);
}

TEST_F(SignerFence, AnotherModuleKeepsItsFilesWhereItLikes) {
  EXPECT_EQ(making("/usr/lib/vendor.so", "elsewhere"), 0);
}

TEST_F(SignerFence, NoModuleLooksIntoProcessesOutside) {
  // Root may read another's environment all the same, since Linux 6.14.
  const std::string memory = "/proc/" + std::to_string(::getpid()) + "/mem";
  const auto look = [&] { return ::open(memory.c_str(), O_RDONLY); };
  for (const char* module : {"auto", "soft", "/usr/lib/vendor.so"})
    EXPECT_NE(outcome(module, look), 0) << module;
}

TEST(SignerFolders, OpenScHasItsCache) {
  ::setenv("XDG_CACHE_HOME", "/somewhere/cache", 1);
  EXPECT_EQ(folders_to_change("auto"), Folders{"/somewhere/cache/opensc"});
  ::setenv("XDG_CACHE_HOME", "relative", 1);
  EXPECT_TRUE(folders_to_change("auto").front().ends_with("/.cache/opensc"));
  ::unsetenv("XDG_CACHE_HOME");
}

TEST(SignerFolders, TheSoftwareTokenHasNoneWhereNobodySaysWhereItIs) {
  ::unsetenv("SOFTHSM2_CONF");
  EXPECT_EQ(folders_to_change("soft"), Folders{""});
  EXPECT_EQ(folders_to_change("opensc-pkcs11"), Folders{"/"});
}

}  // namespace
}  // namespace tlscore::token
