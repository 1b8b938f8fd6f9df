// What a party's section may say, and what may not stand together in it.
#include "proxy/config_party.h"

#include <algorithm>
#include <array>

#include "proxy/config.h"
#include "proxy/config_value.h"
#include "proxy/party_host.h"
#include "tlscore/judge/trust_expression.h"

namespace proxy {
namespace {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;
using tlscore::judge::TrustExpression;

template <class T>
using Word = std::pair<std::string_view, T>;

constexpr std::size_t kMaxKeysOfParty = 64;

constexpr std::array<Word<LocalMode>, 4> kLocalModes = {{{"auto", LocalMode::Auto},
                                                         {"wrap", LocalMode::Wrap},
                                                         {"terminate", LocalMode::Terminate},
                                                         {"tunnel", LocalMode::Tunnel}}};
constexpr std::array<Word<TlsVersions>, 3> kTlsVersions = {
    {{"1.2+", TlsVersions::From12}, {"1.2", TlsVersions::Only12}, {"1.3", TlsVersions::Only13}}};
constexpr std::array<Word<AuthForm>, 3> kAuthForms = {
    {{"openpgp", AuthForm::OpenPgp}, {"openpgp-x509", AuthForm::OpenPgpX509}, {"x509", AuthForm::X509}}};
constexpr std::array<std::string_view, 8> kStarttls = {"",     "smtp",        "submission", "imap",
                                                       "pop3", "xmpp-client", "postgresql", "ldap"};

Result<AuthForm> parse_auth_form(std::string_view text) {
  for (const auto& [word, form] : kAuthForms) {
    if (word == text) return form;
  }
  return fail(ErrorKind::Malformed, "is none of openpgp, openpgp-x509, x509");
}

Result<std::string> parse_starttls(std::string_view text) {
  if (std::ranges::find(kStarttls, text) != kStarttls.end()) return std::string(text);
  return fail(ErrorKind::Malformed, "is none of smtp, submission, imap, pop3, xmpp-client, postgresql, ldap");
}

Result<TrustExpression> parse_trust(std::string_view text) {
  auto expression = TrustExpression::parse(text);
  if (expression) return expression;
  return fail(ErrorKind::Malformed, "is no trust expression: " + expression.error().message);
}

Result<std::string> parse_optional_path(std::string_view text) {
  return text.empty() ? std::string() : parse_absolute_path(text);
}

Result<void> check_hosts(const Party& party, const ConfigSection& section) {
  if (!section.has("hosts"))
    return fail(section.error("hosts", "is missing; every party lists at least one host"));
  if (std::ranges::find(party.hosts, kDemoHost) != party.hosts.end()) {
    return fail(
        section.error("hosts", quote(kDemoHost) + " is the built-in demo party, which is always there"));
  }
  return {};
}

Result<void> check_trust(const Party& party, const TrustExpression& trust, const ConfigSection& section) {
  for (const std::string_view assessor : {"openpgp", "pin"}) {
    const bool listed = assessor == "pin" ? !party.pin.empty() : !party.openpgp.empty();
    if (!listed || trust.contains(assessor)) continue;
    return fail(section.error(assessor, "would have no effect, because trust = " + quote(party.trust) +
                                            " does not name " + std::string(assessor)));
  }
  return {};
}

Result<void> check_modes(const Party& party, const ConfigSection& section) {
  if (party.tls == TlsVersions::Only13 && party.auth == std::vector{AuthForm::OpenPgp}) {
    return fail(section.error("tls", "1.3 has no OpenPGP certificates (RFC 6091); add openpgp-x509 to auth"));
  }
  if (party.local != LocalMode::Tunnel) return {};
  for (const std::string_view key : {"trust", "openpgp", "pin", "roots", "crls", "starttls"}) {
    if (!section.has(key)) continue;
    return fail(section.error(
        key, "would have no effect, because local = \"tunnel\" passes the octets on untouched"));
  }
  return {};
}

}  // namespace

Result<Party> PartyReader::read(ConfigSection& section) {
  Party party;
  const ListBounds keys{0, kMaxKeysOfParty};
  party.hosts = TRY(section.texts<std::string>("hosts", {}, {1, kMaxHostsOfParty}, parse_host_pattern));
  party.ports = TRY(section.numbers("ports", party.ports, {1, kMaxPortsOfParty}, parse_port));
  party.identity = TRY(section.text("identity", party.identity, parse_identity));
  party.user_id = TRY(section.text("user_id", party.user_id, parse_plain_text));
  party.auth = TRY(section.texts("auth", party.auth, {1, kAuthForms.size()}, parse_auth_form));
  party.openpgp = TRY(section.texts("openpgp", party.openpgp, keys, parse_fingerprint));
  party.pin = TRY(section.texts("pin", party.pin, keys, parse_pin));
  party.trust_is_written = section.has("trust");
  const auto trust = TRY(section.text("trust", TrustExpression::standard(!party.pin.empty()), parse_trust));
  party.trust = trust.text();
  party.roots = TRY(section.text("roots", party.roots, parse_optional_path));
  party.crls = TRY(section.text("crls", party.crls, parse_optional_path));
  party.local = TRY(section.choice("local", party.local, kLocalModes));
  party.starttls = TRY(section.text("starttls", party.starttls, parse_starttls));
  party.tls = TRY(section.choice("tls", party.tls, kTlsVersions));
  party.allow_private = TRY(section.flag("allow_private", false));
  TRY(section.finish());
  TRY(check_hosts(party, section));
  TRY(check_trust(party, trust, section));
  TRY(check_modes(party, section));
  TRY(claim(party, section));
  return party;
}

Result<void> PartyReader::claim(const Party& party, const ConfigSection& section) {
  for (const std::string& host : party.hosts) {
    for (const std::uint16_t port : party.ports) {
      if (m_claimed.insert(host + " " + std::to_string(port)).second) continue;
      return fail(
          section.error("hosts", quote(host) + " with port " + std::to_string(port) + " is listed twice"));
    }
  }
  return {};
}

Party demo_party() {
  Party party;
  party.hosts = {std::string(kDemoHost)};
  party.demo = true;
  return party;
}

}  // namespace proxy
