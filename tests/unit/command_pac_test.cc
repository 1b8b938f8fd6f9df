// latchkey pac: what is printed, and how it exits.
#include "proxy/command_pac.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "tests/unit/temp_folder.h"

namespace proxy {
namespace {

class CommandPac : public testing::Test {
 protected:
  void SetUp() override {
    write("[listen]\naddress = [\"/run/x.sock\", \"127.0.0.1:7000\"]\n[[party]]\nhosts = [\"a.example\"]\n");
  }

  void write(const std::string& text) const { std::ofstream(m_config) << text; }

  int run(const std::vector<const char*>& arguments) {
    m_out.str("");
    m_err.str("");
    return run_pac(arguments, m_out, m_err);
  }
  int run_with_config(const std::vector<const char*>& arguments) {
    std::vector<const char*> all = {"--config", m_config.c_str()};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return run(all);
  }

  tests::TempFolder m_folder;
  std::string m_config = m_folder.path() + "/config.toml";
  std::ostringstream m_out;
  std::ostringstream m_err;
};

TEST_F(CommandPac, PrintsTheScriptWithPartiesAndDemo) {
  EXPECT_EQ(run_with_config({}), 0);
  EXPECT_NE(m_out.str().find("\"=a.example =demo.latchkey.test\""), std::string::npos) << m_out.str();
  EXPECT_NE(m_out.str().find("PROXY 127.0.0.1:7000"), std::string::npos);
  EXPECT_EQ(m_err.str(), "");
}

TEST_F(CommandPac, PrintsAPolicyForABrowserThatItKnows) {
  EXPECT_EQ(run_with_config({"--policy", "chromium"}), 0);
  EXPECT_TRUE(m_out.str().contains("\"ProxyPacUrl\": \"http://127.0.0.1:7000/proxy.pac\"")) << m_out.str();
  EXPECT_EQ(run_with_config({"--policy", "lynx"}), 2);
  EXPECT_TRUE(m_err.str().contains("firefox")) << m_err.str();
  EXPECT_EQ(m_out.str(), "");
}

TEST_F(CommandPac, ChecksAUrl) {
  EXPECT_EQ(run_with_config({"--check", "https://A.example./x"}), 0);
  EXPECT_EQ(m_out.str(), "PROXY 127.0.0.1:7000\n");
  EXPECT_EQ(run_with_config({"--check", "https://b.example/"}), 0);
  EXPECT_EQ(m_out.str(), "DIRECT\n");
}

TEST_F(CommandPac, EndsWith2AndOneSentenceOnWhatIsWrong) {
  const std::vector<std::vector<const char*>> wrong = {
      {"--check"}, {"--check", ""}, {"--check", "a.example"},  {"--config"},
      {"--frob"},  {"url"},         {"--config", "/none.toml"}};
  for (const auto& arguments : wrong) {
    EXPECT_EQ(run_with_config(arguments), 2);
    EXPECT_EQ(m_out.str(), "");
    EXPECT_TRUE(m_err.str().starts_with("latchkey pac: ")) << m_err.str();
    EXPECT_EQ(std::ranges::count(m_err.str(), '\n'), 1);
  }
}

TEST_F(CommandPac, NeedsAPortThatIsKnown) {
  write("[listen]\naddress = [\"127.0.0.1:0\"]\n");
  EXPECT_EQ(run_with_config({}), 2);
  EXPECT_NE(m_err.str().find("/proxy.pac"), std::string::npos);
  write("[listen]\naddress = [\"/run/x.sock\"]\n");
  EXPECT_EQ(run_with_config({}), 2);
  EXPECT_NE(m_err.str().find("UNIX socket"), std::string::npos);
}

TEST_F(CommandPac, ShowsNothingThatATerminalWouldObey) {
  EXPECT_EQ(run({"\x1b[2J"}), 2);
  EXPECT_EQ(m_err.str().find('\x1b'), std::string::npos);
}

TEST_F(CommandPac, HelpIsNoError) {
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_NE(m_out.str().find("--check URL"), std::string::npos);
}

}  // namespace
}  // namespace proxy
