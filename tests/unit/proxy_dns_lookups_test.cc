// What [dns] of the configuration leads to.
#include <gtest/gtest.h>

#include "proxy/dns_lookups.h"

namespace proxy {
namespace {

using tlscore::ErrorKind;
using tlscore::dns::Security;

class ProxyDnsLookups : public testing::Test {
 protected:
  tlscore::dns::TlsaAnswer find(const std::string& host) {
    const auto lookups = make_dns_lookups(config, *loop);
    if (!lookups) return {.reason = lookups.error().message};
    std::optional<tlscore::dns::TlsaAnswer> found;
    spawn(*loop, into((*lookups)->find({.host = host}, cancel), found));
    while (loop->tasks() > 0) event_base_loop(loop->base(), EVLOOP_ONCE);
    return *found;
  }
  static tlscore::Task<void> into(tlscore::Task<tlscore::dns::TlsaAnswer> task,
                                  std::optional<tlscore::dns::TlsaAnswer>& result) {
    result = co_await std::move(task);
  }

  std::unique_ptr<tlscore::EventLoop> loop = *tlscore::EventLoop::create();
  tlscore::Cancel cancel;
  DnsConfig config{.servers = {{"127.0.0.1", 1}}};  // nobody is there
};

TEST_F(ProxyDnsLookups, NobodyIsAskedOfAnInsecureZone) {
  config.insecure = {"corp.example"};
  const auto answer = find("www.corp.example");
  EXPECT_EQ(answer.security, Security::Insecure);
  EXPECT_EQ(answer.reason, "www.corp.example is in the zone corp.example, which dns.insecure lists");
  EXPECT_EQ(find("corp.example").security, Security::Insecure);
  EXPECT_EQ(find("www.example").security, Security::Unreachable);
  EXPECT_EQ(find("mycorp.example").security, Security::Unreachable);
}

TEST_F(ProxyDnsLookups, NobodyIsAskedOfAFixedHost) {
  config.hosts = {{"party.test", {"127.0.0.1"}}};
  EXPECT_EQ(find("party.test").reason, "the addresses of party.test are fixed in dns.hosts");
  EXPECT_EQ(find("localhost").reason, "the addresses of localhost are fixed in /etc/hosts");
  EXPECT_EQ(find("www.party.test").security, Security::Unreachable);
}

TEST_F(ProxyDnsLookups, AResolverIsBelievedOnLoopbackOnly) {
  config.dnssec = DnssecMode::Resolver;
  EXPECT_TRUE(make_dns_lookups(config, *loop).has_value());
  config.servers.push_back({"192.0.2.1", 53});
  const auto refused = make_dns_lookups(config, *loop);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::Refused);
  EXPECT_TRUE(refused.error().message.contains("192.0.2.1:53 is not on loopback"));
  config.dnssec = DnssecMode::Validate;
  EXPECT_TRUE(make_dns_lookups(config, *loop).has_value());
}

TEST_F(ProxyDnsLookups, WithoutTrustAnchorThereAreNone) {
  config.trust_anchor = "/nowhere/root.key";
  const auto refused = make_dns_lookups(config, *loop);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::NotFound);
}

}  // namespace
}  // namespace proxy
