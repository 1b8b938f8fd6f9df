// What a gate's section may say, and what has to stand together in it.
#include "proxy/config_gate.h"

#include <array>

#include "proxy/config_value.h"
#include "tlscore/judge/authorization.h"
#include "tlscore/token/pkcs11_uri.h"

namespace proxy {
namespace {

using tlscore::fail;
using tlscore::Result;
namespace judge = tlscore::judge;
namespace token = tlscore::token;

constexpr std::size_t kMaxCertificates = 100;
constexpr std::array<std::pair<std::string_view, bool>, 2> kClientCertificates = {
    {{"required", true}, {"optional", false}}};

Result<std::string> parse_optional_path(std::string_view text) {
  return text.empty() ? std::string() : parse_absolute_path(text);
}

Result<std::string> parse_key(std::string_view text) {
  return token::is_pkcs11_uri(text) ? parse_gate_key(text) : parse_absolute_path(text);
}

Result<std::string> parse_keyring(std::string_view text) {
  return text == kUsersKeyring ? std::string(text) : parse_optional_path(text);
}

Result<void> require(const ConfigSection& section, std::string_view key) {
  if (section.has(key)) return {};
  return fail(section.error(key, "is missing; every gate has it"));
}

Result<std::vector<GateCertificate>> read_certificates(ConfigSection& section) {
  const ListBounds bounds{1, kMaxCertificates};
  const auto chains = TRY(section.texts<std::string>("cert", {}, bounds, parse_absolute_path));
  const auto keys = TRY(section.texts<std::string>("key", {}, bounds, parse_key));
  if (chains.size() != keys.size()) {
    return fail(section.error("key", "every certificate in cert needs its key, in the same order"));
  }
  std::vector<GateCertificate> certificates;
  certificates.reserve(chains.size());
  for (std::size_t i = 0; i < chains.size(); ++i) {
    certificates.push_back({.chain_file = chains[i], .key = keys[i]});
  }
  return certificates;
}

}  // namespace

Result<GateConfig> read_gate(ConfigSection& section) {
  TRY(require(section, "listen"));
  TRY(require(section, "backend"));
  GateConfig gate;
  gate.listen = TRY(section.text("listen", gate.listen, parse_gate_address));
  gate.backend = TRY(section.text("backend", gate.backend, parse_gate_backend));
  gate.certificates = TRY(read_certificates(section));
  gate.openpgp_files =
      TRY(section.texts<std::string>("openpgp", {}, {0, kMaxCertificates}, parse_absolute_path));
  gate.client_roots = TRY(section.text("client_roots", gate.client_roots, parse_optional_path));
  gate.client_crls = TRY(section.text("client_crls", gate.client_crls, parse_optional_path));
  gate.keyring = TRY(section.text("keyring", gate.keyring, parse_keyring));
  gate.allow_file = TRY(section.text("allow_file", gate.allow_file, parse_optional_path));
  gate.authorize = TRY(section.texts("authorize", gate.authorize, {0, judge::Authorization::kMaxRules},
                                     judge::parse_authorization_rule));
  gate.certificate_required = TRY(section.choice("client_certificate", true, kClientCertificates));
  const bool with_proxy_protocol = TRY(section.flag("proxy_protocol", false));
  gate.forwarding = with_proxy_protocol ? GateForwarding::Proxy : GateForwarding::Http;
  TRY(section.finish());
  if (const auto checked = check_gate(gate); !checked) {
    return fail(section.error("listen", checked.error().message));
  }
  return gate;
}

}  // namespace proxy
