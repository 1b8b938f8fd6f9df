// Which servers are asked.
#include <gtest/gtest.h>

#include "tlscore/dns/server.h"

namespace tlscore::dns {
namespace {

std::vector<std::string> texts(std::string_view resolv_conf) {
  std::vector<std::string> all;
  for (const Server& server : parse_resolv_conf(resolv_conf)) all.push_back(server.text());
  return all;
}

using Texts = std::vector<std::string>;

TEST(DnsServer, IsAnAddressAndAPort) {
  EXPECT_EQ(Server::parse("192.0.2.1", 53)->text(), "192.0.2.1:53");
  EXPECT_EQ(Server::parse("2001:db8::1", 5353)->text(), "[2001:db8::1]:5353");
  for (const std::string text : {"", "localhost", "[::1]", "192.0.2.1:53", "192.0.2.256"}) {
    EXPECT_FALSE(Server::parse(text, 53).has_value()) << text;
  }
}

TEST(DnsServer, KnowsLoopback) {
  for (const std::string text : {"127.0.0.1", "127.0.0.53", "::1"})
    EXPECT_TRUE(Server::parse(text, 53)->is_loopback());
  for (const std::string text : {"192.0.2.1", "128.0.0.1", "::2", "::ffff:127.0.0.1", "2001:db8::1"}) {
    EXPECT_FALSE(Server::parse(text, 53)->is_loopback()) << text;
  }
}

TEST(DnsServer, ResolvConfNamesTheFirstThree) {
  EXPECT_EQ(texts("# made\nsearch test\nnameserver 192.0.2.1\nnameserver\t2001:db8::1 # two\n"
                  "nameserver 192.0.2.3\nnameserver 192.0.2.4"),
            (Texts{"192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.3:53"}));
}

TEST(DnsServer, ResolvConfWithoutServersMeansThisMachine) {
  for (const std::string_view text :
       {"", "search test\n", "nameserver\n", "nameserver nowhere\n", "nameserver192.0.2.1\n",
        "#nameserver 192.0.2.1\n", " nameserver 192.0.2.1\n"}) {
    EXPECT_EQ(texts(text), Texts{"127.0.0.1:53"}) << text;
  }
}

}  // namespace
}  // namespace tlscore::dns
