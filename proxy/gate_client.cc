// Names out of certificates, and one line about a client.
#include "proxy/gate_client.h"

#include <algorithm>

#include "proxy/authority.h"
#include "tlscore/base/bytes.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::size_t kMaxMailCharacters = 320;  // RFC 5321, section 4.5.3.1: 64, "@", 255

bool is_mail_character(char c) {
  return c > ' ' && c < '\x7f' && !std::string_view("()<>[]:;@\\,\"").contains(c);
}

void add_unless_empty(std::vector<std::string>& names, std::string name) {
  if (!name.empty()) names.push_back(std::move(name));
}

}  // namespace

std::string_view to_string(GateMethod method) {
  switch (method) {
    case GateMethod::None: return "";
    case GateMethod::Key: return "key";
    case GateMethod::X509: return "x509";
    case GateMethod::OpenPgpX509: return "openpgp-x509";
    case GateMethod::OpenPgp: return "openpgp";
  }
  return "";
}

std::string GateClient::identity() const {
  if (!user_ids.empty()) return user_ids.front();
  if (!mail_addresses.empty()) return mail_addresses.front();
  if (!dns_names.empty()) return dns_names.front();
  return subject;
}

std::string GateClient::describe() const {
  if (method == GateMethod::None) return "nobody";
  const std::string proof = std::string(to_string(method)) + ", " + fingerprint;
  if (!vouched_for) return "somebody unknown (" + proof + ")";
  return identity() + " (" + proof + ")";
}

std::string canonical_dns_name(std::string_view text) {
  const auto host = parse_host(text);
  return host && !host->is_address ? host->text : std::string();
}

std::string canonical_mail_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (text.size() > kMaxMailCharacters || at == std::string_view::npos || at == 0) return {};
  const std::string_view local = text.substr(0, at);
  const std::string domain = canonical_dns_name(text.substr(at + 1));
  if (domain.empty() || !std::ranges::all_of(local, is_mail_character)) return {};
  return std::string(local) + "@" + domain;
}

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
