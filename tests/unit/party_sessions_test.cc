// Connections that differ in anything that trust or identity depend on have no session in common.
#include "proxy/party_sessions.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace proxy {
namespace {

using tlscore::Bytes;

/// Everything that makes a key.
struct Connection {
  Party party{.hosts = {"party.example"}};
  std::string host = "party.example";
  std::uint16_t port = 443;
  bool wraps_port_80 = false;
  tlscore::tls::ClientSettings settings{.server_name = "party.example", .alpn = {}};
  std::string keyring = "generation 1";
  std::string crls = "lists 1";
  std::string identity = "aa";
  std::string token = "serial 1";

  [[nodiscard]] std::string key() const {
    Destination destination;
    destination.party = &party;
    destination.host = host;
    destination.port = port;
    destination.wraps_port_80 = wraps_port_80;
    return session_key(destination, settings, keyring, crls, identity, token);
  }
};

const std::vector<std::function<void(Connection&)>> kChanges = {
    [](Connection& c) { c.host = "other.example"; },
    [](Connection& c) { c.port = 444; },
    [](Connection& c) { c.wraps_port_80 = true; },
    [](Connection& c) { c.keyring = "generation 2"; },
    [](Connection& c) { c.crls = "lists 2"; },
    [](Connection& c) { c.crls = ""; },
    [](Connection& c) { c.identity = "bb"; },
    [](Connection& c) { c.identity = ""; },
    [](Connection& c) { c.token = "serial 2"; },
    [](Connection& c) { c.settings.server_name = ""; },
    [](Connection& c) { c.settings.certificate_types = {tlscore::tls::CertificateType::OpenPgp}; },
    [](Connection& c) { c.settings.alpn = {"h2"}; },
    [](Connection& c) { c.settings.alpn = {"h2", "http/1.1"}; },
    [](Connection& c) { c.settings.alpn = {"h2http/1.1"}; },
    [](Connection& c) { c.settings.highest = tlscore::tls::Version::Tls12; },
    [](Connection& c) { c.settings.lowest = tlscore::tls::Version::Tls13; },
    [](Connection& c) { c.party.hosts = {"*.example"}; },
    [](Connection& c) { c.party.ports = {443, 444}; },
    [](Connection& c) { c.party.identity = {Identity::Kind::None, ""}; },
    [](Connection& c) { c.party.identity = {Identity::Kind::Pkcs11Uri, "pkcs11:id=%01"}; },
    [](Connection& c) { c.party.user_id = "a user"; },
    [](Connection& c) { c.party.auth = {AuthForm::X509}; },
    [](Connection& c) { c.party.trust = "pkix"; },
    [](Connection& c) { c.party.trust_is_written = true; },
    [](Connection& c) { c.party.openpgp = {"00"}; },
    [](Connection& c) { c.party.pin = {Bytes(32, 1)}; },
    [](Connection& c) { c.party.pin = {Bytes(32, 2)}; },
    [](Connection& c) { c.party.roots = "/etc/roots.pem"; },
    [](Connection& c) { c.party.crls = "/etc/crls"; },
    [](Connection& c) { c.party.local = LocalMode::Wrap; },
    [](Connection& c) { c.party.starttls = "smtp"; },
};

TEST(SessionKey, IsTheSameForTheSame) {
  EXPECT_EQ(Connection{}.key(), Connection{}.key());
}

TEST(SessionKey, DiffersInEverythingThatTrustAndIdentityDependOn) {
  std::set<std::string> keys{Connection{}.key()};
  for (const auto& change : kChanges) {
    Connection changed;
    change(changed);
    keys.insert(changed.key());
  }
  // wraps_port_80 and local = "wrap" are the same mode, and rightly share.
  EXPECT_EQ(keys.size(), kChanges.size());
}

TEST(SessionKey, ReadsOneWayOnly) {
  Connection a;
  Connection b;
  a.identity = "aa1:b";
  a.token = "";
  b.identity = "aa";
  b.token = "1:b";
  EXPECT_NE(a.key(), b.key());
}

}  // namespace
}  // namespace proxy
