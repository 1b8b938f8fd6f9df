// A network of its own for one test: addresses and routes that nobody else sees.
#pragma once

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

namespace tests {

/// Runs `body` in a child process with an empty network, after `commands` (of ip(8), without "ip") have set
/// it up. Its expectations count for the test that calls. Where the system allows no such namespace, the test
/// is skipped.
inline void in_own_network(const std::vector<std::string>& commands, const std::function<void()>& body) {
  constexpr int kFailed = 1;
  constexpr int kNotAllowed = 77;
  std::fflush(nullptr);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) ::_exit(kNotAllowed);
    for (const std::string& command : commands) {
      EXPECT_EQ(std::system(("PATH=$PATH:/usr/sbin:/sbin ip " + command).c_str()), 0) << command;
    }
    body();
    std::fflush(nullptr);
    ::_exit(testing::Test::HasFailure() ? kFailed : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status)) << "the child process was killed by signal " << WTERMSIG(status);
  if (WEXITSTATUS(status) == kNotAllowed) GTEST_SKIP() << "no network namespace is allowed here";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace tests
