// Each kind of value: what is read, and what is refused.
#include "proxy/config_value.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(ConfigValue, ReadsDurations) {
  EXPECT_EQ(parse_duration("0s").value(), seconds(0));
  EXPECT_EQ(parse_duration("90s").value(), seconds(90));
  EXPECT_EQ(parse_duration("15m").value(), minutes(15));
  EXPECT_EQ(parse_duration("1h").value(), hours(1));
  EXPECT_EQ(parse_duration("365d").value(), hours(8760));
}

TEST(ConfigValue, RefusesWhatIsNoDuration) {
  for (const char* text : {"", "s", "15", "15 m", "-1s", "+1s", "1.5h", "1h30m", "1w", "m15", "366d",
                           "999999999d", "99999999999999999999s"}) {
    EXPECT_FALSE(parse_duration(text).has_value()) << text;
  }
}

TEST(ConfigValue, RefusesWhatIsNoPort) {
  EXPECT_EQ(parse_port(65535).value(), 65535);
  for (const std::int64_t number :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{65536}, INT64_MAX, INT64_MIN}) {
    EXPECT_FALSE(parse_port(number).has_value()) << number;
  }
}

TEST(ConfigValue, ListensOnLoopbackOrAUnixSocket) {
  EXPECT_EQ(parse_listen_address("127.0.0.1:6091").value(), (ListenAddress{"127.0.0.1", 6091, false}));
  EXPECT_EQ(parse_listen_address("127.8.9.10:1").value(), (ListenAddress{"127.8.9.10", 1, false}));
  EXPECT_EQ(parse_listen_address("[::1]:6091").value(), (ListenAddress{"::1", 6091, false}));
  EXPECT_EQ(parse_listen_address("127.0.0.1:0").value(), (ListenAddress{"127.0.0.1", 0, false}));
  EXPECT_EQ(parse_listen_address("/run/x.sock").value(), (ListenAddress{"/run/x.sock", 0, true}));
}

TEST(ConfigValue, AListenAddressPrintsAsItWasWritten) {
  for (const char* text : {"127.0.0.1:6091", "[::1]:6091", "/run/x.sock"}) {
    EXPECT_EQ(parse_listen_address(text).value().text(), text);
  }
}

TEST(ConfigValue, RefusesToListenAnywhereElse) {
  for (const char* text :
       {"", "0.0.0.0:6091", "192.0.2.1:6091", "[::]:6091", "[2001:db8::1]:6091", "[::ffff:127.0.0.1]:6091",
        "localhost:6091", "127.0.0.1", "::1", "::1:6091", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
        "127.0.0.1:x", "127.1:6091", "x.sock", "./x.sock", "*:6091"}) {
    EXPECT_FALSE(parse_listen_address(text).has_value()) << text;
  }
  EXPECT_TRUE(parse_listen_address("/" + std::string(106, 'a')).has_value());
  EXPECT_FALSE(parse_listen_address("/" + std::string(107, 'a')).has_value());
}

TEST(ConfigValue, ReadsDnsServersByAddressOnly) {
  EXPECT_EQ(parse_dns_server("192.0.2.1").value(), (ServerAddress{"192.0.2.1", 53}));
  EXPECT_EQ(parse_dns_server("192.0.2.1:5353").value(), (ServerAddress{"192.0.2.1", 5353}));
  EXPECT_EQ(parse_dns_server("2001:db8::1").value(), (ServerAddress{"2001:db8::1", 53}));
  EXPECT_EQ(parse_dns_server("[2001:db8::1]:5353").value(), (ServerAddress{"2001:db8::1", 5353}));
  for (const char* text :
       {"", "dns.example", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:70000", "[2001:db8::1]:x"}) {
    EXPECT_FALSE(parse_dns_server(text).has_value()) << text;
  }
}

TEST(ConfigValue, ReadsMemcachedServersWithAPort) {
  EXPECT_EQ(parse_memcached_server("127.0.0.1:11211").value(), (ServerAddress{"127.0.0.1", 11211}));
  EXPECT_EQ(parse_memcached_server("Cache.Example:1").value(), (ServerAddress{"cache.example", 1}));
  for (const char* text : {"", "cache.example", "cache.example:0", ":11211", "::1"}) {
    EXPECT_FALSE(parse_memcached_server(text).has_value()) << text;
  }
}

TEST(ConfigValue, ReadsFingerprintsAsGpgPrintsThem) {
  const std::string digits = "0123456789abcdef0123456789abcdef01234567";
  EXPECT_EQ(parse_fingerprint("0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567").value(), digits);
  EXPECT_FALSE(parse_fingerprint(digits.substr(1)).has_value());
  EXPECT_FALSE(parse_fingerprint(digits + "0").has_value());
  EXPECT_FALSE(parse_fingerprint("g" + digits.substr(1)).has_value());
  EXPECT_FALSE(parse_fingerprint("0x" + digits.substr(2)).has_value());
}

TEST(ConfigValue, ReadsPinsOf32Octets) {
  const tlscore::Bytes octets(32, 0xa5);
  EXPECT_EQ(parse_pin(tlscore::to_base64(octets)).value(), octets);
  EXPECT_FALSE(parse_pin(tlscore::to_base64(tlscore::Bytes(31, 1))).has_value());
  EXPECT_FALSE(parse_pin(tlscore::to_base64(tlscore::Bytes(33, 1))).has_value());
  EXPECT_FALSE(parse_pin("").has_value());
  EXPECT_FALSE(parse_pin("sha256//" + tlscore::to_base64(octets)).has_value());
}

TEST(ConfigValue, ReadsIdentities) {
  EXPECT_EQ(parse_identity("auto").value().kind, Identity::Kind::Auto);
  EXPECT_EQ(parse_identity("ask").value().kind, Identity::Kind::Ask);
  EXPECT_EQ(parse_identity("none").value().kind, Identity::Kind::None);
  EXPECT_EQ(parse_identity(std::string(40, 'A')).value(),
            (Identity{Identity::Kind::OpenPgpFingerprint, std::string(40, 'a')}));
  EXPECT_EQ(parse_identity(std::string(64, 'B')).value(),
            (Identity{Identity::Kind::KeyFingerprint, std::string(64, 'b')}));
  EXPECT_EQ(parse_identity("pkcs11:token=My%20Token;object=auth").value(),
            (Identity{Identity::Kind::Pkcs11Uri, "pkcs11:token=My%20Token;object=auth"}));
  for (const char* text : {"", "Auto", "me", "abcdef", "pkcs12:x"}) {
    EXPECT_FALSE(parse_identity(text).has_value()) << text;
  }
}

TEST(ConfigValue, RefusesAPinInAnIdentityAndDoesNotRepeatIt) {
  for (const char* text : {"pkcs11:token=x?pin-value=4711", "PKCS11:token=x?PIN-VALUE=4711"}) {
    const auto refused = parse_identity(text);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, tlscore::ErrorKind::Refused);
    EXPECT_EQ(refused.error().message.find("4711"), std::string::npos);
  }
}

TEST(ConfigValue, ReadsModules) {
  for (const char* text : {"auto", "soft", "gpg-agent", "opensc", "softhsm2.module", "/usr/lib/x.so"}) {
    EXPECT_EQ(parse_module(text).value(), text);
  }
  for (const char* text : {"", "..", "lib/x.so", "./x.so", "a b", ".hidden", "~/x.so"}) {
    EXPECT_FALSE(parse_module(text).has_value()) << text;
  }
}

TEST(ConfigValue, WantsPathsFromTheRoot) {
  EXPECT_EQ(parse_absolute_path("/etc/ca.pem").value(), "/etc/ca.pem");
  for (const char* text : {"", "ca.pem", "~/ca.pem", "./ca.pem", "/a\nb"}) {
    EXPECT_FALSE(parse_absolute_path(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace proxy
