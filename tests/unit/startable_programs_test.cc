// What the proxy's launcher starts, and what it does not.
#include "proxy/startable_programs.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using tlscore::Launch;

const ProgramsConfigured kNothing{};

TEST(StartablePrograms, AreItsOwnProcesses) {
  EXPECT_TRUE(is_startable({.arguments = {"/proc/self/exe", "signer"}}, kNothing));
  EXPECT_TRUE(is_startable({.arguments = {"/proc/self/exe", "keyring"}}, kNothing));
  EXPECT_TRUE(is_startable({.arguments = {"/proc/self/exe", "processes", "socket:[1]"}}, kNothing));
  for (const char* command : {"exec", "run", "gate", "connect"})
    EXPECT_FALSE(is_startable({.arguments = {"/proc/self/exe", command}}, kNothing)) << command;
  EXPECT_FALSE(is_startable({.arguments = {"/proc/self/exe", "keyring", "more"}}, kNothing));
  EXPECT_FALSE(is_startable({.arguments = {"/proc/self/exe"}}, kNothing));
}

TEST(StartablePrograms, HaveASignerWithTheNetworkOnlyWhereTheUserSaysSo) {
  const Launch signer{.arguments = {"/proc/self/exe", "signer", "network"}};
  EXPECT_FALSE(is_startable(signer, kNothing));
  EXPECT_TRUE(is_startable(signer, {.signer_network = true}));
}

TEST(StartablePrograms, AreGivenNothingThatMakesThemDoSomethingElse) {
  const std::vector<std::string> signer = {"/proc/self/exe", "signer"};
  EXPECT_TRUE(is_startable(
      {.arguments = signer, .environment = {"SOFTHSM2_CONF=/srv/soft", "LD_PRELOAD", "LD_AUDIT"}}, kNothing));
  EXPECT_FALSE(is_startable({.arguments = signer, .environment = {"LD_PRELOAD=/tmp/evil.so"}}, kNothing));
  EXPECT_FALSE(is_startable({.arguments = signer, .environment = {"LATCHKEY_PINENTRY=/tmp/evil"}}, kNothing));
  EXPECT_FALSE(
      is_startable({.arguments = {"/proc/self/exe", "keyring"}, .environment = {"PATH=/tmp"}}, kNothing));
}

TEST(StartablePrograms, HaveTheHooksOfTheConfigurationAndNoOthers) {
  const ProgramsConfigured hook{.hooks = {"/usr/local/bin/may"}};
  EXPECT_TRUE(is_startable({.arguments = {"/usr/local/bin/may"}}, hook));
  EXPECT_FALSE(is_startable({.arguments = {"/usr/local/bin/may"}}, kNothing));
  EXPECT_FALSE(is_startable({.arguments = {"/usr/local/bin/may", "more"}}, hook));
  EXPECT_FALSE(
      is_startable({.arguments = {"/usr/local/bin/may"}, .environment = {"LD_PRELOAD=/tmp/x"}}, hook));
  EXPECT_FALSE(is_startable({.arguments = {"/bin/sh"}}, hook));
}

TEST(StartablePrograms, ListABrowsersStoreAndChangeNone) {
  EXPECT_TRUE(is_startable({.arguments = {"certutil", "-L", "-d", "sql:/srv/.pki/nssdb"}}, kNothing));
  EXPECT_FALSE(is_startable({.arguments = {"certutil", "-A", "-d", "sql:/srv/.pki/nssdb"}}, kNothing));
  EXPECT_FALSE(
      is_startable({.arguments = {"certutil", "-L", "-d", "sql:/h", "-f", "/etc/passwd"}}, kNothing));
}

TEST(StartablePrograms, AreCollectedFromAllGates) {
  using enum tlscore::judge::AuthorizationRuleText::Kind;
  Config config;
  config.token.network = true;
  config.gates.resize(2);
  config.gates[0].authorize = {{Allow, "/etc/list"}, {Exec, "/bin/first"}};
  config.gates[1].authorize = {{Exec, "/bin/second"}, {Unix, "/run/socket"}};
  const auto configured = ProgramsConfigured::of(config);
  EXPECT_EQ(configured.hooks, (std::vector<std::string>{"/bin/first", "/bin/second"}));
  EXPECT_TRUE(configured.signer_network);
  EXPECT_EQ(ProgramsConfigured::of(config.gates[1]).hooks, std::vector<std::string>{"/bin/second"});
}

}  // namespace
}  // namespace proxy
