// Names out of certificates.
#include "proxy/gate_client.h"

#include "tlscore/base/bytes.h"

namespace proxy {

using namespace tlscore;

namespace {

void add_unless_empty(std::vector<std::string>& names, std::string name) {
  if (!name.empty()) names.push_back(std::move(name));
}

}  // namespace

GateClient client_of_ca(const x509::Certificate& certificate) {
  GateClient client;
  client.method = GateMethod::X509;
  client.vouched_for = true;
  client.key_sha256 = to_hex(certificate.public_key().spki_sha256());
  client.fingerprint = client.key_sha256;
  client.subject = certificate.subject();
  for (const x509::GeneralName& name : certificate.alternative_names()) {
    const std::string_view value = as_text(name.value);
    if (name.form == x509::NameForm::Rfc822) {
      add_unless_empty(client.mail_addresses, canonical_mail_address(value));
    } else if (name.form == x509::NameForm::Dns) {
      add_unless_empty(client.dns_names, canonical_dns_name(value));
    }
  }
  return client;
}

GateClient client_with_key(const x509::PublicKey& key, std::string why_unnamed) {
  GateClient client;
  client.method = GateMethod::Key;
  client.key_sha256 = to_hex(key.spki_sha256());
  client.fingerprint = client.key_sha256;
  client.why_unnamed = std::move(why_unnamed);
  return client;
}

}  // namespace proxy
