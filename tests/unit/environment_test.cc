// The proxy's variables, and that a shell reads back what was written.
#include "proxy/environment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

namespace proxy {
namespace {

TEST(Environment, NeverSetsWhatACgiProgramWouldBelieve) {
  const auto variables = proxy_variables("127.0.0.1:6091", "");
  EXPECT_TRUE(
      std::ranges::none_of(variables, [](const auto& variable) { return variable.first == "HTTP_PROXY"; }));
  EXPECT_TRUE(std::ranges::any_of(variables, [](const auto& variable) {
    return variable == std::pair<std::string, std::string>("http_proxy", "http://127.0.0.1:6091");
  }));
}

TEST(Environment, PutsTheCredentialIntoTheAddress) {
  EXPECT_EQ(proxy_variables("[::1]:6091", "exec:abc").front().second, "http://exec:abc@[::1]:6091");
}

TEST(Environment, GitSendsTheCredentialUnasked) {
  const std::pair<std::string, std::string> wanted("GIT_HTTP_PROXY_AUTHMETHOD", "basic");
  EXPECT_EQ(proxy_variables("127.0.0.1:6091", "exec:abc").back(), wanted);
  EXPECT_NE(proxy_variables("127.0.0.1:6091", "").back(), wanted);
}

TEST(Environment, AShellReadsBackWhateverWasWritten) {
  const std::string value = "a'b\"c$d`e\\f g!h";
  const std::string script = shell_assignment(Shell::Sh, "V", value) + "printf %s \"$V\"";
  ASSERT_EQ(::setenv("LATCHKEY_TEST_SCRIPT", script.c_str(), 1), 0);
  // NOLINTNEXTLINE(bugprone-command-processor): what a shell makes of it is the question
  FILE* pipe = ::popen("sh -c \"$LATCHKEY_TEST_SCRIPT\"", "r");
  ASSERT_NE(pipe, nullptr);
  std::array<char, 100> read{};
  const std::size_t count = std::fread(read.data(), 1, read.size(), pipe);
  ::pclose(pipe);
  EXPECT_EQ(std::string(read.data(), count), value);
}

TEST(Environment, QuotesForTheOtherShells) {
  EXPECT_EQ(shell_assignment(Shell::Fish, "V", "a'b\\c"), "set -gx V 'a\\'b\\\\c';\n");
  EXPECT_EQ(shell_assignment(Shell::Csh, "V", "a!b"), "setenv V 'a\\!b';\n");
}

}  // namespace
}  // namespace proxy
