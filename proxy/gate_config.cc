// Addresses of a gate, and the rules between its settings.
#include "proxy/gate_config.h"

#include <sys/un.h>

#include <algorithm>
#include <charconv>

#include "tlscore/judge/authorization.h"
#include "tlscore/token/pkcs11_uri.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::string_view kUnixPrefix = "unix:";

struct HostAndPort {
  std::string_view host;
  std::uint16_t port;
};

/// `host:port`, brackets taken off.
Result<HostAndPort> split(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return fail(ErrorKind::Malformed, "has no port");
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return fail(ErrorKind::Malformed, "has no port (0 to 65535)");
  }
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host.contains(':') != bracketed) {
    return fail(ErrorKind::Malformed, "is no address with a port; IPv6 addresses stand in brackets");
  }
  return HostAndPort{host, port};
}

Result<GateBackend> parse_socket(std::string_view path) {
  if (!path.starts_with('/')) return fail(ErrorKind::Malformed, "is no path from the root behind unix:");
  if (path.size() >= sizeof(sockaddr_un::sun_path) || path.contains('\0')) {
    return fail(ErrorKind::Malformed, "is too long for a UNIX socket's path");
  }
  return GateBackend{.addresses = {}, .socket = std::string(path)};
}

/// By such a rule somebody may come whom no CA and no keyring knows.
bool knows_keys(const judge::AuthorizationRuleText& rule) {
  using enum judge::AuthorizationRuleText::Kind;
  return rule.kind == Allow || rule.kind == Exec || rule.kind == Unix;
}

}  // namespace

bool GateCertificate::key_on_token() const {
  return token::is_pkcs11_uri(key);
}

std::string GateBackend::text() const {
  if (!socket.empty()) return std::string(kUnixPrefix) + socket;
  if (addresses.size() > 1) return "localhost:" + std::to_string(addresses.front().port());
  return addresses.empty() ? "" : addresses.front().text();
}

Result<SocketAddress> parse_gate_address(std::string_view text) {
  const auto [host, port] = TRY(split(text));
  auto address = SocketAddress::parse(host, port);
  if (!address) return fail(ErrorKind::Malformed, "is no IP address with a port");
  return address;
}

Result<GateBackend> parse_gate_backend(std::string_view text) {
  if (text.starts_with(kUnixPrefix)) return parse_socket(text.substr(kUnixPrefix.size()));
  const auto [host, port] = TRY(split(text));
  if (port == 0) return fail(ErrorKind::Malformed, "has port 0");
  if (host == "localhost") {
    return GateBackend{
        .addresses = {TRY(SocketAddress::parse("::1", port)), TRY(SocketAddress::parse("127.0.0.1", port))},
        .socket = {}};
  }
  auto address = SocketAddress::parse(host, port);
  if (!address) {
    return fail(ErrorKind::Malformed,
                "is no backend: 127.0.0.1:PORT, [::1]:PORT, localhost:PORT or unix:PATH");
  }
  if (!address->is_loopback()) {
    return fail(ErrorKind::Refused, "is not on this machine, and what a gate forwards is not protected");
  }
  return GateBackend{.addresses = {*address}, .socket = {}};
}

Result<std::string> parse_gate_key(std::string_view text) {
  if (!token::is_pkcs11_uri(text)) return std::string(text);
  if (to_lower(text).contains("pin-value")) {
    return fail(ErrorKind::Refused,
                "a PIN does not belong here; leave pin-value out, `token.pin` says where it comes from");
  }
  TRY(token::uri_names(text, "pkcs11:"));
  return std::string(text);
}

Result<void> check_gate(const GateConfig& config) {
  if (config.certificates.empty())
    return fail(ErrorKind::Malformed, "a gate needs a certificate and its key");
  const bool knows_clients = !config.client_roots.empty() || !config.keyring.empty() ||
                             !config.allow_file.empty() || std::ranges::any_of(config.authorize, knows_keys);
  if (config.certificate_required && !knows_clients) {
    return fail(ErrorKind::Malformed,
                "nobody could be let in: say who may come, by the CAs of clients, by a keyring, by an allow "
                "file, by other rules, or by not "
                "requiring certificates");
  }
  if (!config.client_crls.empty() && config.client_roots.empty())
    return fail(ErrorKind::Malformed, "CRLs of clients' CAs are of no use without the CAs of clients");
  if (!config.allow_file.empty() && !config.authorize.empty()) {
    return fail(ErrorKind::Malformed,
                "an allow file and rules of authorization do not stand together: write the file as the rule "
                "allow:" +
                    config.allow_file);
  }
  if (auto checked = judge::Authorization::check(config.authorize); !checked) {
    return fail("the authorization", std::move(checked.error()));
  }
  return {};
}

}  // namespace proxy
