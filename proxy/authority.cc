// The strict reading of host:port.
#include "proxy/authority.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "tlscore/base/bytes.h"

namespace proxy {
namespace {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

constexpr std::size_t kMaxNameBytes = 253;  // RFC 1035, section 2.3.4, as text without the root's dot
constexpr std::size_t kMaxLabelBytes = 63;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter_or_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z');
}

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

/// True for what inet_aton and browsers would read as a number: 10, 010, 0x0a, 0x.
bool is_number(std::string_view label) {
  if (label.starts_with("0x")) return std::ranges::all_of(label.substr(2), is_hex_digit);
  return std::ranges::all_of(label, is_digit);
}

/// Hyphens at the ends are no host name (RFC 952), and would read as an option on a command line.
bool is_label(std::string_view label) {
  const auto allowed = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; };
  return !label.empty() && label.size() <= kMaxLabelBytes && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, allowed);
}

/// Four decimal numbers without leading zeros, which nobody can read as octal.
bool is_dotted_quad(std::string_view text) {
  in_addr address{};
  // glibc's inet_pton takes exactly this form, and no leading zeros.
  return inet_pton(AF_INET, std::string(text).c_str(), &address) == 1;
}

Result<Host> parse_ipv6(std::string_view text) {
  in6_addr address{};
  const bool has_only_its_characters =
      std::ranges::all_of(text, [](char c) { return is_hex_digit(c) || c == ':' || c == '.'; });
  if (!has_only_its_characters || inet_pton(AF_INET6, std::string(text).c_str(), &address) != 1) {
    return fail(ErrorKind::Malformed, "the host is no valid IPv6 address");
  }
  std::array<char, INET6_ADDRSTRLEN> canonical{};
  if (inet_ntop(AF_INET6, &address, canonical.data(), canonical.size()) == nullptr) {
    return fail(ErrorKind::Internal, "inet_ntop failed");
  }
  return Host{canonical.data(), true};
}

Result<Host> parse_name_or_ipv4(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty()) return fail(ErrorKind::Malformed, "the host is empty");
  if (text.size() > kMaxNameBytes) return fail(ErrorKind::Malformed, "the host is longer than 253 octets");
  std::string_view last;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('.', start), text.size());
    last = text.substr(start, end - start);
    if (!is_label(last)) return fail(ErrorKind::Malformed, "the host is no valid name");
    start = end + 1;
  }
  if (!is_number(last)) return Host{std::string(text), false};
  if (!is_dotted_quad(text)) {
    return fail(ErrorKind::Malformed, "the host looks like an IPv4 address but is not in dotted decimal");
  }
  return Host{std::string(text), true};
}

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
  // from_chars takes no sign and no space of an unsigned number; a leading zero also catches port 0.
  if (text.empty() || text.front() == '0' || code != std::errc{} || end != text.data() + text.size()) {
    return fail(ErrorKind::Malformed, "the port is no number from 1 to 65535");
  }
  return port;
}

}  // namespace

Result<Host> parse_host(std::string_view text) {
  const std::string lower = tlscore::to_lower(text);
  return lower.contains(':') ? parse_ipv6(lower) : parse_name_or_ipv4(lower);
}

Result<Authority> parse_authority(std::string_view text, std::optional<std::uint16_t> default_port) {
  if (text.contains('@')) return fail(ErrorKind::Malformed, "the host carries a user name or password");
  const bool has_brackets = text.starts_with('[');
  const std::size_t bracket = text.find(']');
  if (has_brackets && bracket == std::string_view::npos) {
    return fail(ErrorKind::Malformed, "the host's bracket is not closed");
  }
  const std::size_t host_end = has_brackets ? bracket + 1 : std::min(text.find(':'), text.size());
  const std::string_view host_text = has_brackets ? text.substr(1, bracket - 1) : text.substr(0, host_end);
  const std::string_view rest = text.substr(host_end);

  const std::string lower = tlscore::to_lower(host_text);
  Host host = TRY(has_brackets ? parse_ipv6(lower) : parse_name_or_ipv4(lower));
  if (rest.empty()) {
    if (!default_port) return fail(ErrorKind::Malformed, "the port is missing");
    return Authority{std::move(host.text), *default_port, host.is_address};
  }
  if (!rest.starts_with(':'))
    return fail(ErrorKind::Malformed, "something else than a port follows the host");
  const std::uint16_t port = TRY(parse_port(rest.substr(1)));
  return Authority{std::move(host.text), port, host.is_address};
}

std::string to_string(const Authority& authority) {
  return host_field(authority, 0) + (authority.port == 0 ? ":0" : "");
}

std::string host_field(const Authority& authority, std::uint16_t default_port) {
  const bool needs_brackets = authority.is_address && authority.host.contains(':');
  std::string text = needs_brackets ? "[" + authority.host + "]" : authority.host;
  if (authority.port != default_port) text += ":" + std::to_string(authority.port);
  return text;
}

}  // namespace proxy
