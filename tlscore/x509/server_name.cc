// Names of servers.
#include "tlscore/x509/server_name.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMaxNameBytes = 253;
constexpr std::size_t kMaxLabelBytes = 63;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_label_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '_';
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabelBytes && std::ranges::all_of(label, is_label_character);
}

bool is_dns_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameBytes) return false;
  for (;;) {
    const std::size_t dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return !std::ranges::all_of(name, is_digit);
    name.remove_prefix(dot + 1);
  }
}

Bytes parse_address(int family, std::string_view text) {
  Bytes address(family == AF_INET ? 4 : 16);
  if (::inet_pton(family, std::string(text).c_str(), address.data()) != 1) return {};
  return address;
}

bool dns_matches(std::string_view presented, std::string_view host) {
  if (presented.ends_with('.')) presented.remove_suffix(1);
  if (!presented.starts_with("*.")) return equal_ignoring_case(presented, host);
  // "*.com" would stand for a whole registry (RFC 9525, section 6.3, leaves that to us).
  const std::string_view suffix = presented.substr(1);
  if (std::ranges::count(suffix, '.') < 2) return false;
  const std::size_t dot = host.find('.');
  return dot != std::string_view::npos && dot > 0 && equal_ignoring_case(suffix, host.substr(dot));
}

}  // namespace

Result<ServerName> ServerName::parse(std::string_view host) {
  if (host.contains('\0') || host.size() > kMaxNameBytes + 2)
    return fail(ErrorKind::Malformed, "not a host name");
  const bool has_brackets = host.starts_with('[') && host.ends_with(']');
  Bytes address = parse_address(AF_INET6, has_brackets ? host.substr(1, host.size() - 2) : host);
  if (address.empty() && has_brackets) return fail(ErrorKind::Malformed, "not an address in brackets");
  if (address.empty()) address = parse_address(AF_INET, host);
  if (!address.empty()) {
    std::string text = address_text(address);
    return ServerName(std::move(text), std::move(address));
  }
  if (host.ends_with('.')) host.remove_suffix(1);
  if (!is_dns_name(host)) return fail(ErrorKind::Malformed, "not a host name");
  return ServerName(to_lower(host), {});
}

bool ServerName::is_among(std::span<const GeneralName> alternative_names) const {
  return std::ranges::any_of(alternative_names, [this](const GeneralName& name) {
    if (is_address()) return name.form == NameForm::Ip && name.value == m_address;
    return name.form == NameForm::Dns && dns_matches(as_text(name.value), m_text);
  });
}

std::string address_text(ByteView address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.size() != 4 && address.size() != 16) return to_hex(address);
  const int family = address.size() == 4 ? AF_INET : AF_INET6;
  if (::inet_ntop(family, address.data(), text.data(), text.size()) == nullptr) return to_hex(address);
  return text.data();
}

}  // namespace tlscore::x509
