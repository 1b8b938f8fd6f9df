// Names and addresses as parties list them.
#include "proxy/party_host.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <limits>

#include "tlscore/base/bytes.h"

namespace proxy {
namespace {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

constexpr std::size_t kMaxNameBytes = 253;
constexpr std::size_t kMaxLabelBytes = 63;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_';
}

/// Whether a URL parser would read a name that ends in this (lower-case) label as an IPv4 address.
bool is_number(std::string_view label) {
  if (label.starts_with("0x")) return std::ranges::all_of(label.substr(2), is_hex_digit);
  return std::ranges::all_of(label, is_digit);
}

Result<void> check_label(std::string_view label) {
  if (label.empty())
    return fail(ErrorKind::Malformed, "has an empty label (two dots in a row, or none between)");
  if (label.size() > kMaxLabelBytes)
    return fail(ErrorKind::Malformed, "has a label of more than 63 characters");
  if (!std::ranges::all_of(label, is_name_character)) {
    return fail(ErrorKind::Malformed,
                "may hold letters, digits, '-', '_' and '.' only, without scheme, port or path");
  }
  if (label.front() == '-' || label.back() == '-') {
    return fail(ErrorKind::Malformed, "has a label that begins or ends with '-'");
  }
  return {};
}

Result<std::string> parse_name(std::string_view text) {
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    return fail(ErrorKind::Malformed,
                "is not ASCII; write the name's A-label form, which begins with \"xn--\"");
  }
  std::string name = tlscore::to_lower(text);
  if (name.ends_with('.')) name.pop_back();
  if (name.empty()) return fail(ErrorKind::Malformed, "is no name");
  if (name.size() > kMaxNameBytes) return fail(ErrorKind::Malformed, "is longer than 253 characters");
  std::string_view rest = name;
  while (true) {
    const std::size_t dot = rest.find('.');
    const std::string_view label = rest.substr(0, dot);
    TRY(check_label(label));
    if (dot == std::string_view::npos) {
      if (is_number(label))
        return fail(ErrorKind::Malformed, "ends in a number but is no address in dotted decimal");
      return name;
    }
    rest.remove_prefix(dot + 1);
  }
}

}  // namespace

std::optional<std::string> canonical_address(std::string_view text) {
  const bool v6 = text.contains(':');
  if (v6 && text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  std::array<unsigned char, sizeof(in6_addr)> octets{};
  std::array<char, INET6_ADDRSTRLEN> canonical{};
  if (text.size() >= canonical.size() || text.contains('\0')) return std::nullopt;
  const int family = v6 ? AF_INET6 : AF_INET;
  if (::inet_pton(family, std::string(text).c_str(), octets.data()) != 1) return std::nullopt;
  if (::inet_ntop(family, octets.data(), canonical.data(), canonical.size()) == nullptr) return std::nullopt;
  return std::string(canonical.data());
}

Result<std::string> parse_host(std::string_view text) {
  if (auto address = canonical_address(text)) return *std::move(address);
  return parse_name(text);
}

Result<std::string> parse_host_pattern(std::string_view text) {
  if (!text.contains('*')) return parse_host(text);
  if (!text.starts_with("*.")) {
    return fail(ErrorKind::Malformed,
                "may have an asterisk only as its whole first label, as in *.example.org");
  }
  const std::string suffix = TRY(parse_name(text.substr(2)));
  if (!suffix.contains('.')) {
    return fail(ErrorKind::Malformed,
                "would mean every name under a top-level domain; write at least two labels");
  }
  return "*." + suffix;
}

std::size_t match_host(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return pattern == host ? std::numeric_limits<std::size_t>::max() : 0;
  const std::string_view suffix = pattern.substr(1);
  return host.size() > suffix.size() && host.ends_with(suffix) ? suffix.size() : 0;
}

}  // namespace proxy
