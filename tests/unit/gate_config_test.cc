// Addresses of gates and backends, and what makes no gate.
#include "proxy/gate_config.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using tlscore::ErrorKind;

TEST(GateConfig, AGateListensAtAnyAddress) {
  for (const char* text : {"127.0.0.1:0", "0.0.0.0:443", "192.0.2.1:65535", "[::]:443", "[2001:db8::1]:1"}) {
    const auto address = parse_gate_address(text);
    ASSERT_TRUE(address.has_value()) << text;
    EXPECT_EQ(address->text(), text);
  }
}

TEST(GateConfig, WhatIsNoAddressWithAPortIsRefused) {
  for (const char* text :
       {"", "443", ":443", "192.0.2.1", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:4a",
        "::1:443", "[::1]", "[::1:443", "[192.0.2.1]:443", "localhost:443", "*:443", "192.0.2.1: 443"}) {
    EXPECT_FALSE(parse_gate_address(text).has_value()) << text;
  }
}

TEST(GateConfig, ABackendIsOnThisMachine) {
  for (const char* text : {"127.0.0.1:8080", "127.1.2.3:80", "[::1]:8080", "localhost:8080", "unix:/run/a"}) {
    const auto backend = parse_gate_backend(text);
    ASSERT_TRUE(backend.has_value()) << text;
    EXPECT_EQ(backend->text(), text);
  }
  EXPECT_EQ(parse_gate_backend("localhost:8080")->addresses.size(), 2U);
  for (const char* text : {"192.0.2.1:80", "[2001:db8::1]:80", "0.0.0.0:80", "[::]:80"}) {
    EXPECT_EQ(parse_gate_backend(text).error().kind, ErrorKind::Refused) << text;
  }
}

TEST(GateConfig, WhatIsNoBackendIsRefused) {
  for (const std::string& text :
       {std::string("127.0.0.1:0"), std::string("backend:80"), std::string("http://127.0.0.1:80"),
        std::string("unix:run/a"), std::string("unix:"), std::string("/run/a"),
        "unix:/" + std::string(200, 'a')}) {
    ASSERT_FALSE(parse_gate_backend(text).has_value()) << text;
    EXPECT_EQ(parse_gate_backend(text).error().kind, ErrorKind::Malformed) << text;
  }
}

TEST(GateConfig, AGateNeedsACertificateAndSomebodyToLetIn) {
  GateConfig config;
  config.client_roots = "roots.pem";
  EXPECT_FALSE(check_gate(config).has_value());
  config.certificates = {{.chain_file = "a", .key = "b"}};
  EXPECT_TRUE(check_gate(config).has_value());
  config.client_roots.clear();
  EXPECT_FALSE(check_gate(config).has_value());
  config.certificate_required = false;
  EXPECT_TRUE(check_gate(config).has_value());
  config.certificate_required = true;
  config.allow_file = "allowed";
  EXPECT_TRUE(check_gate(config).has_value());
}

TEST(GateConfig, CrlsOfClientsAreForTheCasOfClients) {
  GateConfig config{.certificates = {{.chain_file = "a", .key = "b"}}, .allow_file = "allowed"};
  EXPECT_TRUE(check_gate(config).has_value());
  config.client_crls = "/crls";
  EXPECT_FALSE(check_gate(config).has_value());
  config.client_roots = "roots.pem";
  EXPECT_TRUE(check_gate(config).has_value());
}

}  // namespace
}  // namespace proxy
