// Which party a target belongs to.
#include "proxy/party.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

Party party(std::vector<std::string> hosts, std::vector<std::uint16_t> ports) {
  Party made;
  made.hosts = std::move(hosts);
  made.ports = std::move(ports);
  return made;
}

/// `NAME PORT`, with ` 80` where the rule for port 80 led there; `none`.
std::string found(const std::vector<Party>& parties, std::string_view host, std::uint16_t port) {
  const auto match = find_party(parties, host, port);
  if (!match) return "none";
  return match->party->name() + " " + std::to_string(match->port) + (match->wraps_port_80 ? " 80" : "");
}

TEST(FindParty, FindsNothingAmongNone) {
  EXPECT_EQ(found({}, "a.example", 443), "none");
}

TEST(FindParty, WantsAListedPort) {
  const std::vector parties = {party({"a.example"}, {443, 8443})};
  EXPECT_EQ(found(parties, "a.example", 8443), "a.example 8443");
  EXPECT_EQ(found(parties, "a.example", 22), "none");
  EXPECT_EQ(found(parties, "b.example", 443), "none");
}

TEST(FindParty, Port80MeansTheFirstPort) {
  const std::vector parties = {party({"a.example"}, {8443, 443})};
  EXPECT_EQ(found(parties, "a.example", 80), "a.example 8443 80");
}

TEST(FindParty, Port80MeansItselfWhereItIsListed) {
  const std::vector parties = {party({"a.example"}, {443, 80})};
  EXPECT_EQ(found(parties, "a.example", 80), "a.example 80");
}

TEST(FindParty, AListedPort80GoesBeforeTheRuleForPort80) {
  const std::vector parties = {party({"a.example", "x.example"}, {443}),
                               party({"b.example", "x.example"}, {80})};
  EXPECT_EQ(found(parties, "x.example", 80), "b.example 80");
  EXPECT_EQ(found(parties, "x.example", 443), "a.example 443");
}

TEST(FindParty, ExactGoesBeforeSuffixAndTheLongestSuffixFirst) {
  const std::vector parties = {party({"*.example.org"}, {443}), party({"*.b.example.org"}, {443}),
                               party({"a.b.example.org"}, {443})};
  EXPECT_EQ(found(parties, "a.b.example.org", 443), "a.b.example.org 443");
  EXPECT_EQ(found(parties, "c.b.example.org", 443), "*.b.example.org 443");
  EXPECT_EQ(found(parties, "c.example.org", 443), "*.example.org 443");
  EXPECT_EQ(found(parties, "example.org", 443), "none");
}

TEST(FindParty, APortThatTheMostExactPartyLacksIsNotPassedToABroaderOne) {
  const std::vector parties = {party({"*.example.org"}, {443, 993}), party({"a.example.org"}, {443})};
  EXPECT_EQ(found(parties, "a.example.org", 993), "none");
  EXPECT_EQ(found(parties, "b.example.org", 993), "*.example.org 993");
}

TEST(FindParty, AnAddressIsAPartyOnlyIfThatAddressIsListed) {
  const std::vector parties = {party({"192.0.2.1", "2001:db8::1"}, {443}), party({"*.example.org"}, {443})};
  EXPECT_EQ(found(parties, "192.0.2.1", 443), "192.0.2.1 443");
  EXPECT_EQ(found(parties, "2001:DB8:0::1", 443), "192.0.2.1 443");
  EXPECT_EQ(found(parties, "192.0.2.2", 443), "none");
  EXPECT_EQ(found(parties, "::ffff:192.0.2.1", 443), "none");
}

}  // namespace
}  // namespace proxy
