// The file as a whole, and its sections; parties have a test of their own.
#include "proxy/config.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/config_refusal.h"
#include "tests/unit/temp_folder.h"

namespace proxy {
namespace {

using tlscore::ErrorKind;

const std::string kPin = tlscore::to_base64(tlscore::Bytes(32, 7));
const std::string kFingerprint(40, 'a');

TEST(Config, AnEmptyFileHasTheDefaults) {
  const Config config = parse_config("", "c.toml").value();
  EXPECT_EQ(config.source, "c.toml");
  EXPECT_EQ(config.listen.address,
            (std::vector<ListenAddress>{{"127.0.0.1", 6091, false}, {"::1", 6091, false}}));
  EXPECT_EQ(config.token.module, "auto");
  EXPECT_EQ(config.token.device, "");
  EXPECT_EQ(config.token.pin, PinSource::Ask);
  EXPECT_EQ(config.token.prompt, PinPrompt::Arming);
  EXPECT_EQ(config.token.lock_after_idle, std::chrono::seconds(0));
  EXPECT_FALSE(config.token.network);
  EXPECT_TRUE(config.dns.servers.empty());
  EXPECT_EQ(config.dns.trust_anchor, "/usr/share/dns/root.key");
  EXPECT_EQ(config.dns.dnssec, DnssecMode::Validate);
  EXPECT_TRUE(config.dns.insecure.empty() && config.dns.hosts.empty());
  EXPECT_TRUE(config.cache.memcached.empty() && config.cache.realm.empty());
  EXPECT_EQ(config.cache.ttl_max, std::chrono::hours(1));
  EXPECT_EQ(config.ca.key, "");
}

/// Has every key, and each with another value than its default.
const std::string kEveryKey = R"(
[listen]
address = ["127.0.0.1:0", "/run/latchkey.sock"]
[token]
module = "opensc"
device = "none"
pin = "terminal"
prompt = "first-use"
lock_after_idle = "15m"
network = true
[dns]
servers = ["192.0.2.53"]
trust_anchor = "/etc/root.key"
dnssec = "resolver"
insecure = ["Corp.Example."]
hosts = { "Party.Test" = ["127.0.0.1", "::1"] }
[cache]
memcached = ["127.0.0.1:11211"]
realm = "office"
secret = "/etc/latchkey/realm.secret"
ttl_max = "10m"
[ca]
key = "pkcs11:object=local-ca"
[[party]]
hosts = ["Intranet.example.org", "*.example.org"]
ports = [443, 8443]
identity = "none"
user_id = "Ada <ada@example.org>"
auth = ["x509"]
trust = "pin and openpgp"
openpgp = [")" + kFingerprint +
                              R"("]
pin = [")" + kPin + R"("]
roots = "/etc/ca.pem"
local = "wrap"
starttls = "imap"
tls = "1.3"
allow_private = true
)";

TEST(Config, ReadsEveryKey) {
  const Config config = parse_config(kEveryKey, "c.toml").value();
  EXPECT_EQ(config.listen.address,
            (std::vector<ListenAddress>{{"127.0.0.1", 0, false}, {"/run/latchkey.sock", 0, true}}));
  EXPECT_EQ(config.token.module, "opensc");
  EXPECT_EQ(config.token.device, "none");
  EXPECT_EQ(config.token.pin, PinSource::Terminal);
  EXPECT_EQ(config.token.prompt, PinPrompt::FirstUse);
  EXPECT_EQ(config.token.lock_after_idle, std::chrono::minutes(15));
  EXPECT_TRUE(config.token.network);
  EXPECT_EQ(config.dns.servers, (std::vector<ServerAddress>{{"192.0.2.53", 53}}));
  EXPECT_EQ(config.dns.trust_anchor, "/etc/root.key");
  EXPECT_EQ(config.dns.dnssec, DnssecMode::Resolver);
  EXPECT_EQ(config.dns.insecure, std::vector<std::string>{"corp.example"});
  EXPECT_EQ(config.dns.hosts.at("party.test"), (std::vector<std::string>{"127.0.0.1", "::1"}));
  EXPECT_EQ(config.cache.memcached, (std::vector<ServerAddress>{{"127.0.0.1", 11211}}));
  EXPECT_EQ(config.cache.realm, "office");
  EXPECT_EQ(config.cache.secret, "/etc/latchkey/realm.secret");
  EXPECT_EQ(config.cache.ttl_max, std::chrono::minutes(10));
  EXPECT_EQ(config.ca.key, "pkcs11:object=local-ca");
}

TEST(Config, ReadsEveryKeyOfAParty) {
  const Party p = parse_config(kEveryKey, "c.toml").value().parties.at(0);
  EXPECT_EQ(p.hosts, (std::vector<std::string>{"intranet.example.org", "*.example.org"}));
  EXPECT_EQ(p.ports, (std::vector<std::uint16_t>{443, 8443}));
  EXPECT_EQ(p.identity.kind, Identity::Kind::None);
  EXPECT_EQ(p.user_id, "Ada <ada@example.org>");
  EXPECT_EQ(p.auth, std::vector{AuthForm::X509});
  EXPECT_EQ(p.trust, "pin and openpgp");
  EXPECT_TRUE(p.trust_is_written);
  EXPECT_EQ(p.openpgp, std::vector<std::string>{kFingerprint});
  EXPECT_EQ(p.pin, std::vector<tlscore::Bytes>{tlscore::Bytes(32, 7)});
  EXPECT_EQ(p.roots, "/etc/ca.pem");
  EXPECT_EQ(p.local, LocalMode::Wrap);
  EXPECT_EQ(p.starttls, "imap");
  EXPECT_EQ(p.tls, TlsVersions::Only13);
  EXPECT_TRUE(p.allow_private);
}

TEST(Config, TheSoftwareTokenIsUsedOnlyWhereItIsAskedForOrThereIsNoFile) {
  EXPECT_EQ(built_in_config().token.module, "soft");
  EXPECT_EQ(parse_config("", "c.toml").value().token.module, "auto");
}

TEST(Config, ComplaintsNameFileLineAndKey) {
  EXPECT_EQ(refusal("\n" + party("") + "[[party]]\nhosts = [\"b.example\"]\nports = [443,\n  70000]\n"),
            "c.toml:8: party[2].ports: 70000 is no port (1 to 65535)");
}

TEST(Config, RefusesUnknownKeysEverywhere) {
  expect_refusal("listen = {}\ncolour = 1\n", "c.toml:2: colour: ", "no such key");
  expect_refusal("[listen]\n\naddresses = []\n", "c.toml:3: listen.addresses: ", "address");
  expect_refusal("[token]\npincode = \"\"\n", "c.toml:2: token.pincode: ", "pin");
  expect_refusal("[dns]\nserver = \"\"\n", "c.toml:2: dns.server: ", "servers");
  expect_refusal("[cache]\nttl = \"1h\"\n", "c.toml:2: cache.ttl: ", "ttl_max");
  expect_refusal(party("host = \"b.example\""), "c.toml:3: party[1].host: ", "hosts");
  expect_refusal("[party]\nhosts = [\"a.example\"]\n", "c.toml:1: party: ", "[[party]]");
}

TEST(Config, RefusesWrongTypes) {
  expect_refusal("listen = 1\n", "c.toml:1: listen: ", "[listen]");
  expect_refusal("[listen]\naddress = \"127.0.0.1:6091\"\n", "c.toml:2: listen.address: ", "list");
  expect_refusal("[listen]\naddress = [6091]\n", "c.toml:2: listen.address: ", "quotes");
  expect_refusal("[token]\nmodule = true\n", "c.toml:2: token.module: ", "quotes");
  expect_refusal("[token]\nlock_after_idle = 15\n", "c.toml:2: token.lock_after_idle: ", "quotes");
  expect_refusal("[dns]\nhosts = [\"a\"]\n", "c.toml:2: dns.hosts: ", "section");
  expect_refusal("[dns.hosts]\n\"a.test\" = \"127.0.0.1\"\n", "c.toml:2: dns.hosts.a.test: ", "list");
  expect_refusal(party("ports = 443"), "c.toml:3: party[1].ports: ", "list");
  expect_refusal(party("ports = [\"443\"]"), "c.toml:3: party[1].ports: ", "whole number");
  expect_refusal(party("ports = [443.0]"), "c.toml:3: party[1].ports: ", "whole number");
  expect_refusal(party("allow_private = \"true\""), "c.toml:3: party[1].allow_private: ", "true or false");
  expect_refusal("party = [1]\n", "c.toml:1: party: ", "[[party]]");
}

TEST(Config, RefusesImpossibleValues) {
  expect_refusal("[listen]\naddress = []\n", "c.toml:2: listen.address: ", "empty");
  expect_refusal("[listen]\naddress = [\"0.0.0.0:6091\"]\n", "c.toml:2: listen.address: ", "loopback");
  expect_refusal("[token]\npin = \"1234\"\n", "c.toml:2: token.pin: ", "terminal");
  expect_refusal("[token]\nprompt = \"never\"\n", "c.toml:2: token.prompt: ", "first-use");
  expect_refusal("[token]\nmodule = \"x/y\"\n", "c.toml:2: token.module: ", "p11-kit");
  expect_refusal("[token]\nlock_after_idle = \"soon\"\n", "c.toml:2: token.lock_after_idle: ", "15m");
  expect_refusal("[dns]\nservers = [\"ns.example\"]\n", "c.toml:2: dns.servers: ", "address");
  expect_refusal("[dns]\ndnssec = \"no\"\n", "c.toml:2: dns.dnssec: ", "resolver");
  expect_refusal("[dns]\ntrust_anchor = \"root.key\"\n", "c.toml:2: dns.trust_anchor: ", "root");
  expect_refusal("[dns]\ninsecure = [\"*.corp.example\"]\n", "c.toml:2: dns.insecure: ", "no valid name");
  expect_refusal("[dns.hosts]\n\"a.test\" = [\"b.test\"]\n", "c.toml:2: dns.hosts.a.test: ", "address");
  expect_refusal("[dns.hosts]\n\"a.test\" = []\n", "c.toml:2: dns.hosts.a.test: ", "empty");
  expect_refusal("[dns.hosts]\n\"*.a.test\" = [\"::1\"]\n",
                 "c.toml:2: dns.hosts.*.a.test: ", "no valid name");
  expect_refusal("[dns.hosts]\n\"A.test\" = [\"::1\"]\n\"a.test\" = [\"::1\"]\n", "c.toml:", "twice");
  expect_refusal("[cache]\nmemcached = [\"localhost\"]\n", "c.toml:2: cache.memcached: ", "port");
  expect_refusal("[cache]\nrealm = \"office\"\n", "c.toml:2: cache.realm: ", "stand together");
  expect_refusal("[cache]\nsecret = \"/a\"\n", "c.toml:2: cache.secret: ", "stand together");
  expect_refusal("[ca]\nkey = \"/etc/ca.key\"\n", "c.toml:2: ca.key: ", "pkcs11: URI");
  expect_refusal("[ca]\nkey = \"pkcs11:colour=red\"\n", "c.toml:2: ca.key: ", "URI");
  expect_refusal("[ca]\nkey = \"pkcs11:object=a?pin-value=1\"\n", "c.toml:2: ca.key: ", "PIN");
  expect_refusal("[cache]\nrealm = \"a\\u0007\"\n", "c.toml:2: cache.realm: ", "control");
}

TEST(Config, ShowsNothingThatATerminalWouldObey) {
  const std::string message = refusal("[token]\nmodule = \"\\u001b[2J\\u009b\"\n");
  for (const char c : message) EXPECT_TRUE(c >= ' ' && c <= '~') << message;
}

TEST(Config, DoesNotRepeatAPinThatStandsWhereItShouldNot) {
  EXPECT_EQ(refusal("[token]\npin = \"4711\"\n").find("4711"), std::string::npos);
  EXPECT_EQ(refusal(party("identity = \"pkcs11:object=x?pin-value=4711\"")).find("4711"), std::string::npos);
}

TEST(Config, TextThatIsNoTomlIsRefusedWithItsLine) {
  expect_refusal("[listen]\naddress = [\n", "c.toml:", "");
  expect_refusal("[token]\nmodule = \"\xff\"\n", "c.toml:2: ", "");
  EXPECT_NE(refusal("a = " + std::string(100000, '[')), "accepted");
}

TEST(Config, IsBounded) {
  const auto large = parse_config(std::string(kMaxConfigBytes + 1, '\n'), "c.toml");
  ASSERT_FALSE(large.has_value());
  EXPECT_EQ(large.error().kind, ErrorKind::TooLarge);
  EXPECT_TRUE(parse_config(std::string(kMaxConfigBytes, '\n'), "c.toml").has_value());

  std::string parties;
  for (std::size_t i = 0; i < kMaxParties; ++i)
    parties += "[[party]]\nhosts=[\"h" + std::to_string(i) + ".example\"]\n";
  EXPECT_EQ(parse_config(parties, "c.toml").value().parties.size(), kMaxParties + 1);
  expect_refusal(parties + "[[party]]\nhosts=[\"last.example\"]\n", "c.toml:1: party: ", "1000");

  std::string hosts = "\"h.example\"";
  for (std::size_t i = 0; i < kMaxHostsOfParty; ++i) hosts += ",\"h" + std::to_string(i) + ".example\"";
  expect_refusal("[[party]]\nhosts=[" + hosts + "]\n", "c.toml:2: party[1].hosts: ", "100");
}

class ConfigFile : public testing::Test {
 protected:
  [[nodiscard]] std::string write(const std::string& text) const {
    const std::string path = m_folder + "/config.toml";
    std::ofstream(path) << text;
    return path;
  }

  tests::TempFolder m_made;
  std::string m_folder = m_made.path();
};

TEST_F(ConfigFile, IsReadWithItsPathAsSource) {
  const std::string path = write("[token]\nmodule = \"soft\"\n");
  const auto config = load_config(path);
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->source, path);
  EXPECT_EQ(config->token.module, "soft");
}

TEST_F(ConfigFile, ThatIsMissingIsNotFound) {
  const auto config = load_config(m_folder + "/none.toml");
  ASSERT_FALSE(config.has_value());
  EXPECT_EQ(config.error().kind, ErrorKind::NotFound);
  EXPECT_FALSE(find_config(m_folder + "/none.toml").has_value());
}

TEST_F(ConfigFile, ThatIsAFolderOrAFifoIsRefusedAtOnce) {
  EXPECT_EQ(load_config(m_folder).error().kind, ErrorKind::Refused);
  const std::string fifo = m_folder + "/fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), S_IRWXU), 0);
  EXPECT_EQ(load_config(fifo).error().kind, ErrorKind::Refused);
}

TEST_F(ConfigFile, ThatIsTooLargeIsRefused) {
  EXPECT_EQ(load_config(write(std::string(kMaxConfigBytes + 100, '\n'))).error().kind, ErrorKind::TooLarge);
}

}  // namespace
}  // namespace proxy
