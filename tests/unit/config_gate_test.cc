// What a gate's section may say.
#include "proxy/config_gate.h"

#include <gtest/gtest.h>

#include "tests/unit/config_refusal.h"

namespace proxy {
namespace {

const std::string kGate =
    "[[gate]]\nlisten = \"0.0.0.0:443\"\nbackend = \"127.0.0.1:8080\"\ncert = [\"/a.pem\"]\nkey = "
    "[\"/a.key\"]\n";
const std::string kWhole = kGate + "client_roots = \"/roots.pem\"\n";

TEST(ConfigGate, AGateHasTheDefaults) {
  const Config config = parse_config(kWhole, "c.toml").value();
  ASSERT_EQ(config.gates.size(), 1U);
  const GateConfig& gate = config.gates.front();
  EXPECT_EQ(gate.listen.text(), "0.0.0.0:443");
  EXPECT_EQ(gate.backend.text(), "127.0.0.1:8080");
  EXPECT_EQ(gate.certificates, (std::vector<GateCertificate>{{"/a.pem", "/a.key"}}));
  EXPECT_EQ(gate.client_roots, "/roots.pem");
  EXPECT_EQ(gate.client_crls, "");
  EXPECT_EQ(gate.allow_file, "");
  EXPECT_TRUE(gate.certificate_required);
  EXPECT_EQ(gate.forwarding, GateForwarding::Http);
}

TEST(ConfigGate, AGateSaysItAll) {
  const Config config =
      parse_config(kGate +
                       "allow_file = \"/allowed\"\nclient_certificate = \"optional\"\nproxy_protocol = "
                       "true\n",
                   "c.toml")
          .value();
  const GateConfig& gate = config.gates.front();
  EXPECT_EQ(gate.allow_file, "/allowed");
  EXPECT_FALSE(gate.certificate_required);
  EXPECT_EQ(gate.forwarding, GateForwarding::Proxy);
}

TEST(ConfigGate, AGateSaysWhichCrlsAreItsClients) {
  const Config config = parse_config(kWhole + "client_crls = \"/crls\"\n", "c.toml").value();
  EXPECT_EQ(config.gates.front().client_crls, "/crls");
  expect_refusal(kWhole + "client_crls = \"crls\"\n", "c.toml:7: gate[1].client_crls: ", "path");
  expect_refusal(kGate + "client_crls = \"/crls\"\nallow_file = \"/a\"\n",
                 "c.toml:2: gate[1].listen: ", "without the CAs of clients");
}

TEST(ConfigGate, AGateSaysWhoMayPass) {
  const Config config = parse_config(kGate + "authorize = [\"deny:/a\", \"exec:/b\"]\n", "c.toml").value();
  const auto& rules = config.gates.front().authorize;
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[0].text(), "deny:/a");
  EXPECT_EQ(rules[1].text(), "exec:/b");
}

TEST(ConfigGate, RefusesRulesThatLetNobodyInOrCannotBeReached) {
  const std::string where = "c.toml:7: gate[1].authorize: ";
  expect_refusal(kWhole + "authorize = [\"/a\"]\n", where, "is no rule");
  expect_refusal(kWhole + "authorize = [\"exec:b\"]\n", where, "no path");
  expect_refusal(kWhole + "authorize = [\"deny:/a\"]\n", "c.toml:2: gate[1].listen: ", "say who may come");
  expect_refusal(kWhole + "authorize = [\"unix:/a\", \"trusted\"]\n",
                 "c.toml:2: gate[1].listen: ", "always decides");
  expect_refusal(kWhole + "allow_file = \"/a\"\nauthorize = [\"trusted\"]\n",
                 "c.toml:2: gate[1].listen: ", "do not stand together");
  expect_refusal(kGate + "authorize = [\"deny:/a\", \"trusted\"]\n",
                 "c.toml:2: gate[1].listen: ", "nobody could be let in");
}

TEST(ConfigGate, AKeyMayBeOnAToken) {
  const std::string text =
      "[[gate]]\nlisten = \"[::]:1\"\nbackend = \"unix:/a\"\nclient_roots = \"/r\"\ncert = [\"/a\"]\n";
  const Config config = parse_config(text + "key = [\"pkcs11:id=%03\"]\n", "c.toml").value();
  const GateCertificate& certificate = config.gates.front().certificates.front();
  EXPECT_EQ(certificate.key, "pkcs11:id=%03");
  EXPECT_TRUE(certificate.key_on_token());
  expect_refusal(text + "key = [\"pkcs11:id\"]\n", "c.toml:6: gate[1].key", "");
  expect_refusal(text + "key = [\"pkcs11:id=%03?pin-value=1\"]\n", "c.toml:6: gate[1].key",
                 "a PIN does not belong");
}

TEST(ConfigGate, RefusesWhatMakesNoGate) {
  expect_refusal("[[gate]]\nbackend = \"127.0.0.1:80\"\n", "c.toml:1: gate[1].listen: ", "missing");
  expect_refusal("[[gate]]\nlisten = \"[::]:443\"\n", "c.toml:1: gate[1].backend: ", "missing");
  expect_refusal(kGate, "c.toml:2: gate[1].listen: ", "nobody could be let in");
  expect_refusal("[[gate]]\nlisten = \"[::]:443\"\nbackend = \"unix:/a\"\nclient_roots = \"/r\"\n",
                 "c.toml:2: gate[1].listen: ", "certificate");
  expect_refusal(kGate + "cert = []\n", "c.toml:", "");
  expect_refusal("[[gate]]\nlisten = \"gate\"\nbackend = \"unix:/a\"\n",
                 "c.toml:2: gate[1].listen: ", "port");
  expect_refusal("[[gate]]\nlisten = \"[::]:1\"\nbackend = \"192.0.2.1:80\"\n",
                 "c.toml:3: gate[1].backend: ", "not on this machine");
  expect_refusal(
      "[[gate]]\nlisten = \"[::]:1\"\nbackend = \"unix:/a\"\ncert = [\"/a\", \"/b\"]\nkey = [\"/a\"]\n",
      "c.toml:5: gate[1].key: ", "every certificate");
  expect_refusal(kWhole + "allow_file = \"allowed\"\n", "c.toml:7: gate[1].allow_file: ", "no path");
  expect_refusal(kWhole + "client_certificate = \"maybe\"\n",
                 "c.toml:7: gate[1].client_certificate: ", "one of");
  expect_refusal(kWhole + "trust = \"pkix\"\n", "c.toml:7: gate[1].trust: ", "no such key");
}

TEST(ConfigGate, TwoGatesDoNotListenAtOneAddress) {
  expect_refusal(kWhole + kWhole, "c.toml:8: gate[2].listen: ", "another gate's");
}

}  // namespace
}  // namespace proxy
