// What a party's section may say.
#include "proxy/config_party.h"

#include <gtest/gtest.h>

#include "tests/unit/config_refusal.h"

namespace proxy {
namespace {

const std::string kPin = tlscore::to_base64(tlscore::Bytes(32, 7));
const std::string kFingerprint(40, 'a');

TEST(ConfigParty, APartyHasTheDefaults) {
  const Config config = parse_config(party(""), "c.toml").value();
  const Party& a = config.parties.at(0);
  EXPECT_EQ(a.ports, std::vector<std::uint16_t>{443});
  EXPECT_EQ(a.identity, Identity{});
  EXPECT_EQ(a.auth, (std::vector{AuthForm::OpenPgp, AuthForm::OpenPgpX509, AuthForm::X509}));
  EXPECT_EQ(a.trust, "openpgp or dane or pkix");
  EXPECT_FALSE(a.trust_is_written);
  EXPECT_TRUE(a.user_id.empty() && a.openpgp.empty() && a.pin.empty() && a.roots.empty() && a.crls.empty() &&
              a.starttls.empty());
  EXPECT_EQ(a.local, LocalMode::Auto);
  EXPECT_EQ(a.tls, TlsVersions::From12);
  EXPECT_FALSE(a.allow_private || a.demo);
}

TEST(ConfigParty, RefusesImpossibleValuesOfAParty) {
  expect_refusal("[[party]]\nports = [443]\n", "c.toml:1: party[1].hosts: ", "missing");
  expect_refusal("[[party]]\nhosts = []\n", "c.toml:2: party[1].hosts: ", "empty");
  expect_refusal("[[party]]\nhosts = [\"*\"]\n", "c.toml:2: party[1].hosts: ", "asterisk");
  expect_refusal(party("ports = []"), "c.toml:3: party[1].ports: ", "empty");
  expect_refusal(party("identity = \"me\""), "c.toml:3: party[1].identity: ", "pkcs11");
  expect_refusal(party("auth = []"), "c.toml:3: party[1].auth: ", "empty");
  expect_refusal(party("auth = [\"pgp\"]"), "c.toml:3: party[1].auth: ", "openpgp-x509");
  expect_refusal(party("trust = \"\""), "c.toml:3: party[1].trust: ", "no trust expression");
  expect_refusal(party("trust = \"pkix or\""), "c.toml:3: party[1].trust: ", "no trust expression");
  expect_refusal(party("trust = \"webpki\""), "c.toml:3: party[1].trust: ", "webpki");
  expect_refusal(party("openpgp = [\"abcd\"]"), "c.toml:3: party[1].openpgp: ", "40");
  expect_refusal(party("pin = [\"abcd\"]"), "c.toml:3: party[1].pin: ", "SHA-256");
  expect_refusal(party("roots = \"ca.pem\""), "c.toml:3: party[1].roots: ", "root");
  expect_refusal(party("crls = \"crls\""), "c.toml:3: party[1].crls: ", "root");
  expect_refusal(party("local = \"off\""), "c.toml:3: party[1].local: ", "tunnel");
  expect_refusal(party("starttls = \"gopher\""), "c.toml:3: party[1].starttls: ", "imap");
  expect_refusal(party("tls = \"1.1\""), "c.toml:3: party[1].tls: ", "1.2+");
}

TEST(ConfigParty, WherePinsAreListedTheDefaultAsksForThem) {
  const Config config = parse_config(party("pin = [\"" + kPin + "\"]"), "c.toml").value();
  EXPECT_EQ(config.parties.at(0).trust, "pin and (openpgp or dane or pkix)");
  EXPECT_FALSE(config.parties.at(0).trust_is_written);
}

TEST(ConfigParty, RefusesEvidenceThatTheTrustExpressionDoesNotName) {
  expect_refusal(party("pin = [\"" + kPin + "\"]\ntrust = \"pkix\""),
                 "c.toml:3: party[1].pin: ", "no effect");
  expect_refusal(party("openpgp = [\"" + kFingerprint + "\"]\ntrust = \"pkix or dane\""),
                 "c.toml:3: party[1].openpgp: ", "no effect");
  EXPECT_EQ(refusal(party("pin = [\"" + kPin + "\"]\ntrust = \"(pin)and pkix\"")), "accepted");
}

TEST(ConfigParty, RefusesWhatATunnelCouldNotKeep) {
  for (const std::string line :
       {"trust = \"pkix\"", "roots = \"/etc/ca.pem\"", "crls = \"/etc/crls\"", "starttls = \"imap\""}) {
    expect_refusal(party("local = \"tunnel\"\n" + line), "c.toml:4: party[1].", "tunnel");
  }
  expect_refusal(party("local = \"tunnel\"\npin = [\"" + kPin + "\"]"), "c.toml:4: party[1].pin", "tunnel");
  EXPECT_EQ(refusal(party("local = \"tunnel\"\nports = [22]")), "accepted");
}

TEST(ConfigParty, RefusesOpenPgpAloneWithTls13) {
  expect_refusal(party("auth = [\"openpgp\"]\ntls = \"1.3\""), "c.toml:4: party[1].tls: ", "RFC 6091");
}

TEST(ConfigParty, RefusesAHostAndPortOfTwoParties) {
  expect_refusal(party("ports = [443, 993]") + party("ports = [993]"), "c.toml:5: party[2].hosts: ", "993");
  expect_refusal(party("ports = [443, 443]"), "c.toml:2: party[1].hosts: ", "twice");
  EXPECT_EQ(refusal(party("") + party("ports = [993]")), "accepted");
}

TEST(ConfigParty, TheDemoPartysNameIsReserved) {
  expect_refusal("[[party]]\nhosts = [\"Demo.Latchkey.Test.\"]\n", "c.toml:2: party[1].hosts: ", "built-in");
}

TEST(ConfigParty, TheDemoPartyIsAlwaysThereAndLast) {
  for (const Config& config : {built_in_config(), parse_config(party(""), "c.toml").value()}) {
    const Party& demo = config.parties.back();
    EXPECT_TRUE(demo.demo);
    EXPECT_EQ(demo.hosts, std::vector<std::string>{"demo.latchkey.test"});
    EXPECT_EQ(demo.ports, std::vector<std::uint16_t>{443});
  }
  EXPECT_EQ(built_in_config().parties.size(), 1U);
}

}  // namespace
}  // namespace proxy
