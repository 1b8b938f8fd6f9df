// What a process can read and change once it has a fence around it: each test in a child of its own.
#include "tlscore/base/folder_fence.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <functional>

#include "tests/unit/temp_folder.h"
#include "tlscore/base/call_filter.h"

namespace tlscore {
namespace {

class FolderFence : public testing::Test {
 protected:
  void SetUp() override {
    if (!can_forbid_calls()) GTEST_SKIP() << "a sanitizer's reports are files";
    if (landlock_version() == 0) GTEST_SKIP() << "this kernel has no Landlock";
    for (const char* name : {"in", "out", "sockets", "read"}) {
      ASSERT_EQ(::mkdir(path(name).c_str(), 0700), 0);
      std::ofstream(path(name) + "/file") << "text";
    }
  }
  [[nodiscard]] std::string path(const std::string& name) const { return m_folder.path() + "/" + name; }

  /// What a fenced child gets: 0, or an errno.
  [[nodiscard]] int outcome(const std::function<long()>& attempt) const {
    const Fence fence{.changeable = {path("in"), path("not there")},
                      .sockets = {path("sockets")},
                      .readable = {path("read"), path("sockets/file"), "/proc", path("not/there")}};
    const pid_t child = ::fork();
    if (child == 0) {
      if (!raise_fence(fence)) ::_exit(255);
      ::_exit(attempt() < 0 ? errno : 0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
  }
  [[nodiscard]] int open_outcome(const std::string& file, int flags) const {
    return outcome([&] { return ::open(file.c_str(), flags, 0600); });
  }

 private:
  tests::TempFolder m_folder;
};

TEST_F(FolderFence, LetsSocketsBeMadeAndNothingElseWhereTheyMayBe) {
  const auto listen_at = [](const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof address.sun_path - 1);
    return long{::bind(::socket(AF_UNIX, SOCK_STREAM, 0), reinterpret_cast<const sockaddr*>(&address),
                       sizeof address)};
  };
  EXPECT_EQ(outcome([&] { return listen_at(path("sockets") + "/s"); }), 0);
  EXPECT_EQ(outcome([&] { return long{::unlink((path("sockets") + "/s").c_str())}; }), 0);
  EXPECT_EQ(outcome([&] { return listen_at(path("out") + "/s"); }), EACCES);
  EXPECT_EQ(open_outcome(path("sockets") + "/new", O_WRONLY | O_CREAT), EACCES);
  EXPECT_EQ(open_outcome(path("sockets") + "/file", O_WRONLY), EACCES);
}

TEST_F(FolderFence, IsOpenInItsFolders) {
  EXPECT_EQ(open_outcome(path("in/file"), O_RDWR | O_TRUNC), 0);
  EXPECT_EQ(open_outcome(path("in/new"), O_WRONLY | O_CREAT), 0);
  EXPECT_EQ(outcome([&] { return ::rename(path("in/new").c_str(), path("in/newer").c_str()); }), 0);
  EXPECT_EQ(outcome([&] { return ::unlink(path("in/newer").c_str()); }), 0);
  EXPECT_EQ(outcome([&] { return ::mkdir(path("in/folder").c_str(), 0700); }), 0);
}

TEST_F(FolderFence, KeepsWhatIsOutsideAsItIs) {
  EXPECT_EQ(open_outcome(path("out/file"), O_WRONLY), EACCES);
  EXPECT_EQ(open_outcome(path("out/file"), O_RDWR), EACCES);
  EXPECT_EQ(open_outcome(path("out/new"), O_WRONLY | O_CREAT), EACCES);
  EXPECT_EQ(outcome([&] { return ::unlink(path("out/file").c_str()); }), EACCES);
  EXPECT_EQ(outcome([&] { return ::mkdir(path("out/folder").c_str(), 0700); }), EACCES);
  EXPECT_EQ(outcome([&] { return ::symlink("file", path("out/link").c_str()); }), EACCES);
  EXPECT_NE(outcome([&] { return ::rename(path("in/file").c_str(), path("out/file").c_str()); }), 0);
}

TEST_F(FolderFence, LetsBeReadWhatIsListedAndNothingElse) {
  EXPECT_EQ(open_outcome(path("read/file"), O_RDONLY), 0);
  EXPECT_EQ(open_outcome(path("read"), O_RDONLY | O_DIRECTORY), 0);
  EXPECT_EQ(open_outcome(path("sockets/file"), O_RDONLY), 0) << "a file by itself";
  EXPECT_EQ(open_outcome("/dev/null", O_RDWR), 0);
  EXPECT_EQ(open_outcome(path("out/file"), O_RDONLY), EACCES);
  EXPECT_EQ(open_outcome(path("out"), O_RDONLY | O_DIRECTORY), EACCES);
  EXPECT_EQ(open_outcome("/etc/passwd", O_RDONLY), EACCES);
  EXPECT_EQ(open_outcome(path("read/file"), O_RDWR), EACCES);
  EXPECT_EQ(open_outcome(path("read/new"), O_WRONLY | O_CREAT), EACCES);
}

TEST_F(FolderFence, IsNotGotRoundByALink) {
  ASSERT_EQ(::symlink(path("out/file").c_str(), path("read/link").c_str()), 0);
  EXPECT_EQ(open_outcome(path("read/link"), O_RDONLY), EACCES);
}

TEST_F(FolderFence, LetsNothingBeExecuted) {
  EXPECT_EQ(outcome([] { return ::execl("/bin/true", "true", nullptr); }), EACCES);
}

TEST_F(FolderFence, LooksIntoNoProcessOutside) {
  const std::string descriptors = "/proc/" + std::to_string(::getpid()) + "/fd";
  EXPECT_NE(open_outcome(descriptors + "/0", O_RDONLY), 0);
  EXPECT_NE(open_outcome("/proc/" + std::to_string(::getpid()) + "/mem", O_RDONLY), 0);
}

}  // namespace
}  // namespace tlscore
