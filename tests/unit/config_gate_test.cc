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
