// Every range of the registries at its first and last address, and the addresses beside it.
#include "proxy/address_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace proxy {
namespace {

using tlscore::ErrorKind;

SocketAddress address(const std::string& text) {
  return SocketAddress::parse(text, 443).value();
}

bool allowed(const std::string& text, Reach reach) {
  return check_address(address(text), reach, false).has_value();
}

void expect_everywhere(const std::vector<std::string>& addresses) {
  for (const std::string& text : addresses) {
    EXPECT_TRUE(allowed(text, Reach::Tunnel)) << text;
    EXPECT_TRUE(allowed(text, Reach::Wrap)) << text;
  }
}

void expect_wrap_only(const std::vector<std::string>& addresses) {
  for (const std::string& text : addresses) {
    EXPECT_FALSE(allowed(text, Reach::Tunnel)) << text;
    EXPECT_TRUE(allowed(text, Reach::Wrap)) << text;
  }
}

void expect_nowhere(const std::vector<std::string>& addresses) {
  for (const std::string& text : addresses) {
    EXPECT_FALSE(allowed(text, Reach::Tunnel)) << text;
    EXPECT_FALSE(allowed(text, Reach::Wrap)) << text;
  }
}

TEST(AddressRules, PublicAddressesAreForAll) {
  expect_everywhere({"1.0.0.0",         "8.8.8.8",      "9.255.255.255",   "11.0.0.0",
                     "126.255.255.255", "128.0.0.0",    "100.63.255.255",  "100.128.0.0",
                     "169.253.255.255", "169.255.0.0",  "172.15.255.255",  "172.32.0.0",
                     "192.167.255.255", "192.169.0.0",  "191.255.255.255", "192.0.0.9",
                     "192.0.0.10",      "192.0.1.0",    "192.0.3.0",       "192.31.196.1",
                     "192.52.193.1",    "192.175.48.1", "192.88.98.255",   "192.88.100.0",
                     "198.17.255.255",  "198.20.0.0",   "198.51.99.255",   "198.51.101.0",
                     "203.0.112.255",   "203.0.114.0",  "223.255.255.255"});
  expect_everywhere({"2000::", "2001:1::1", "2001:1::2", "2001:1::3", "2001:3::1", "2001:4:112::1",
                     "2001:20::1", "2001:2f:ffff::1", "2001:30::1", "2001:3f:ffff::1", "2001:200::1",
                     "2001:db7:ffff::1", "2001:db9::1", "2606:4700::1111", "2620:4f:8000::1", "3ffe:ffff::1",
                     "3fff:1000::1", "2003::1"});
}

TEST(AddressRules, PrivateAddressesAreForPartiesThatProveThemselves) {
  expect_wrap_only({"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0",
                    "192.168.255.255", "100.64.0.0", "100.127.255.255"});
  expect_wrap_only({"fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fec0::1", "feff::1"});
}

TEST(AddressRules, SpecialAddressesAreNoPlaceForATunnel) {
  expect_wrap_only({"192.0.0.0", "192.0.0.8", "192.0.0.11", "192.0.0.170", "192.0.0.255", "192.0.2.0",
                    "192.0.2.255", "192.88.99.0", "192.88.99.255", "198.18.0.0", "198.19.255.255",
                    "198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255", "240.0.0.0",
                    "255.255.255.254"});
  expect_wrap_only({"64:ff9b:1::a:1:1", "64:ff9b:1:ffff::1", "100::1",           "100::ffff:ffff:ffff:ffff",
                    "100:0:0:1::1",     "2001::1",           "2001:0:ffff::1",   "2001:1::",
                    "2001:1::4",        "2001:2::1",         "2001:2:0:ffff::1", "2001:4:111::1",
                    "2001:10::1",       "2001:1ff:ffff::1",  "2001:db8::1",      "2001:db8:ffff::1",
                    "3fff::1",          "3fff:fff::1",       "5f00::1",          "4000::1",
                    "1fff::1",          "::2:0:0",           "64:ff9a::1",       "64:ff9b:0:1::1",
                    "e000::1"});
}

TEST(AddressRules, ThisMachineThisLinkAndNoSingleMachineAreRefused) {
  expect_nowhere({"0.0.0.0", "0.255.255.255", "127.0.0.0", "127.0.0.1", "127.255.255.255", "169.254.0.0",
                  "169.254.169.254", "169.254.255.255", "224.0.0.0", "239.255.255.255", "255.255.255.255"});
  expect_nowhere({"::", "::1", "fe80::", "fe80::1", "febf:ffff::1", "ff00::", "ff02::1", "ffff::1"});
}

TEST(AddressRules, AMappedAddressIsTheIpv4AddressInIt) {
  expect_everywhere({"::ffff:8.8.8.8", "::ffff:0:8.8.8.8"});
  expect_wrap_only({"::ffff:10.0.0.1", "::ffff:0:192.168.1.1"});
  expect_nowhere({"::ffff:127.0.0.1", "::ffff:0.0.0.0", "::ffff:169.254.169.254", "::ffff:255.255.255.255",
                  "::ffff:0:127.0.0.1"});
}

TEST(AddressRules, Nat64And6to4AreJudgedByTheIpv4AddressInThem) {
  expect_everywhere({"64:ff9b::8.8.8.8", "2002:808:808::1"});
  expect_wrap_only({"64:ff9b::10.0.0.1", "64:ff9b::192.0.2.1", "2002:a00:1::1",
                    "2002:c0a8:101::", "64:ff9b:1::8.8.8.8", "64:ff9b:1::10.0.0.1"});
  expect_nowhere({"64:ff9b::127.0.0.1", "64:ff9b::0.0.0.0", "64:ff9b::169.254.169.254", "2002:7f00:1::1",
                  "2002::1", "2002:a9fe:a9fe::1", "2002:e000:1::", "64:ff9b:1::127.0.0.1"});
}

TEST(AddressRules, CompatibleAddressesAreNeverPublic) {
  expect_wrap_only({"::8.8.8.8", "::10.0.0.1"});
  expect_nowhere({"::127.0.0.1", "::169.254.169.254", "::0.0.0.2"});
}

TEST(AddressRules, AllowPrivateLiftsBothReaches) {
  for (const char* text : {"127.0.0.1", "::1", "10.0.0.1", "fe80::1", "192.0.2.1", "64:ff9b::7f00:1"}) {
    EXPECT_TRUE(check_address(address(text), Reach::Wrap, true).has_value()) << text;
    EXPECT_TRUE(check_address(address(text), Reach::Tunnel, true).has_value()) << text;
  }
}

TEST(AddressRules, ARefusalNamesTheAddressTheRuleAndTheWayOut) {
  const auto tunnel = check_address(address("10.1.2.3"), Reach::Tunnel, false);
  ASSERT_FALSE(tunnel.has_value());
  EXPECT_EQ(tunnel.error().kind, ErrorKind::Refused);
  EXPECT_EQ(tunnel.error().message,
            "10.1.2.3 is a private address (RFC 1918), and a tunnel goes to public addresses only; "
            "allow_private = true in the party's section lifts this");
  const auto wrap = check_address(address("::ffff:127.0.0.1"), Reach::Wrap, false);
  ASSERT_FALSE(wrap.has_value());
  EXPECT_EQ(wrap.error().message,
            "::ffff:127.0.0.1 is a loopback address (RFC 1122), to which no party is dialled; "
            "allow_private = true in the party's section lifts this");
}

TEST(AddressRules, OctetsOfAnyOtherLengthAreMalformed) {
  for (const std::size_t size : {0U, 3U, 5U, 15U, 17U}) {
    for (const bool allow_private : {false, true}) {
      const auto checked = check_address(tlscore::Bytes(size, 8), Reach::Wrap, allow_private);
      ASSERT_FALSE(checked.has_value()) << size;
      EXPECT_EQ(checked.error().kind, ErrorKind::Malformed);
    }
  }
}

}  // namespace
}  // namespace proxy
