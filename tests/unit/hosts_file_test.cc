// Which names /etc/hosts fixes.
#include "proxy/hosts_file.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace proxy {
namespace {

TEST(HostsFile, NamesStandBehindTheAddress) {
  const auto names = parse_hosts_file(
      "127.0.0.1 localhost\n# 192.0.2.9 not.this\n\n192.0.2.1\tParty.Test party # one.of.them\n::1 "
      "six.\r\n192.0.2.2");
  EXPECT_EQ(names, (std::set<std::string, std::less<>>{"localhost", "party", "party.test", "six"}));
}

TEST(HostsFile, IsReadAgainWhenItChanges) {
  const std::string path = testing::TempDir() + "hosts-" + std::to_string(::getpid());
  HostsFile file(path);
  EXPECT_FALSE(file.lists("a.test"));
  std::ofstream(path) << "192.0.2.1 a.test\n";
  EXPECT_TRUE(file.lists("a.test"));
  std::ofstream(path) << "192.0.2.1 b.test and more\n";
  EXPECT_FALSE(file.lists("a.test"));
  EXPECT_TRUE(file.lists("b.test"));
  std::filesystem::remove(path);
  EXPECT_FALSE(file.lists("b.test"));
}

}  // namespace
}  // namespace proxy
