// Names that count, and names that do not.
#include "proxy/gate_client.h"

#include <gtest/gtest.h>

#include "tests/unit/x509_builder.h"

namespace proxy {
namespace {

using namespace tlscore;

x509::Certificate with_names(const std::vector<Bytes>& names) {
  x509::Holder holder("Alice");
  return x509::certificate(holder, holder, {x509::alternative_names(names)});
}

Bytes mail(std::string_view address) {
  return x509::der(0x81, as_bytes(address));
}

TEST(GateClient, ACertificatesNamesAreItsMailAddressesAndDnsNames) {
  const GateClient client = client_of_ca(
      with_names({x509::dns("Host.Example.org"), mail("Alice@Example.ORG"), mail("al@example.net")}));
  EXPECT_EQ(client.method, GateMethod::X509);
  EXPECT_EQ(client.mail_addresses, (std::vector<std::string>{"Alice@example.org", "al@example.net"}));
  EXPECT_EQ(client.dns_names, std::vector<std::string>{"host.example.org"});
  EXPECT_EQ(client.identity(), "Alice@example.org");
  EXPECT_EQ(client.fingerprint, client.key_sha256);
}

TEST(GateClient, NamesThatAreNotWhatTheySayAreLeftOut) {
  const GateClient client = client_of_ca(
      with_names({x509::dns("alice@example.org"), x509::dns("*.example.org"), x509::dns("192.0.2.1"),
                  x509::dns(std::string_view("a\0.example.org", 14)), mail("example.org"),
                  mail("@example.org"), mail("a@b@example.org"), mail("a b@example.org"),
                  mail("\"a\"@example.org"), mail("a@*.example.org"), mail("a@192.0.2.1")}));
  EXPECT_TRUE(client.mail_addresses.empty());
  EXPECT_TRUE(client.dns_names.empty());
  EXPECT_EQ(client.identity(), "CN=Alice");
}

TEST(GateClient, AKeyHasAFingerprintAndNoName) {
  const x509::Certificate certificate = with_names({mail("alice@example.org")});
  const GateClient client = client_with_key(certificate.public_key(), "it is self-signed");
  EXPECT_EQ(client.method, GateMethod::Key);
  EXPECT_EQ(client.identity(), "");
  EXPECT_EQ(client.fingerprint, to_hex(certificate.public_key().spki_sha256()));
  EXPECT_EQ(client.describe(), "somebody unknown (key, " + client.fingerprint + ")");
}

TEST(GateClient, AUserIdComesBeforeEveryOtherName) {
  GateClient client = client_of_ca(with_names({mail("alice@example.org")}));
  client.user_ids = {"Alice <alice@example.org>"};
  EXPECT_EQ(client.identity(), "Alice <alice@example.org>");
}

TEST(GateClient, NobodyIsNobody) {
  EXPECT_EQ(GateClient{}.describe(), "nobody");
  EXPECT_EQ(to_string(GateMethod::None), "");
}

}  // namespace
}  // namespace proxy
