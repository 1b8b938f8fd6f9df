// USB devices that umockdev plays, for tests of what listens to libudev.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

#include "tlscore/base/c_handle.h"

namespace tests {

/// The bus that tests/functional/support/usb.py serves: its first lines say which commands there are. From
/// the constructor on, libudev in this process sees it.
class UsbTestbed {
 public:
  UsbTestbed() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    m_process = ::fork();
    if (m_process == 0) {
      ::close(ends[0]);
      const std::string fd = std::to_string(ends[1]);
      ::execlp("umockdev-wrapper", "umockdev-wrapper", "/usr/bin/python3", "tests/functional/support/usb.py",
               fd.c_str(), nullptr);
      ::_exit(1);
    }
    ::close(ends[1]);
    m_lines.reset(::fdopen(ends[0], "r+"));
    const std::string root = read_line();
    EXPECT_FALSE(root.empty()) << "umockdev does not start";
    ::setenv("UMOCKDEV_DIR", root.c_str(), 1);
  }
  ~UsbTestbed() {
    m_lines.reset();
    ::waitpid(m_process, nullptr, 0);
  }
  UsbTestbed(const UsbTestbed&) = delete;
  UsbTestbed& operator=(const UsbTestbed&) = delete;

  /// Returns when it is done, and the event, if there is one, is sent.
  void command(const std::string& line) {
    std::fprintf(m_lines.get(), "%s\n", line.c_str());
    std::fflush(m_lines.get());
    EXPECT_EQ(read_line(), "ok") << line;
  }

 private:
  std::string read_line() {
    std::array<char, 256> buffer{};
    if (std::fgets(buffer.data(), buffer.size(), m_lines.get()) == nullptr) return {};
    const std::string line = buffer.data();
    return line.substr(0, line.find('\n'));
  }

  pid_t m_process = -1;
  tlscore::CHandle<std::FILE, std::fclose> m_lines;
};

/// Runs `body` where umockdev stands between libudev and the kernel: in another process, which is this
/// program again with the running test alone. Its expectations count for the test that calls.
inline void under_umockdev(const std::function<void(UsbTestbed&)>& body) {
  constexpr const char* kInside = "LATCHKEY_TEST_UNDER_UMOCKDEV";
  if (std::getenv(kInside) != nullptr) {
    UsbTestbed usb;
    body(usb);
    return;
  }
  const auto* const test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string filter = std::string("--gtest_filter=") + test->test_suite_name() + "." + test->name();
  std::fflush(nullptr);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::setenv(kInside, "1", 1);
    ::setenv("LD_PRELOAD", "libumockdev-preload.so.0", 1);
    for (const char* const name : {"GTEST_TOTAL_SHARDS", "GTEST_SHARD_INDEX", "GTEST_OUTPUT"})
      ::unsetenv(name);
    ::execl("/proc/self/exe", "unit_tests", filter.c_str(), "--gtest_brief=1", nullptr);
    ::_exit(1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << "what failed stands above";
}

}  // namespace tests
