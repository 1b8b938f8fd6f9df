// Takes a URL apart as far as its host.
#include "pac/url_host.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "tlscore/base/bytes.h"

namespace pac {
namespace {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

bool is_host_character(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
}

/// RFC 3986, section 3.1, in lower case.
bool is_scheme(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

/// One to three digits, up to 255, without a leading zero, four times.
bool is_dotted_quad(std::string_view text) {
  constexpr int kMaxPart = 255;
  int dots = 0;
  std::size_t digits = 0;
  int part = 0;
  for (const char c : text) {
    if (c == '.') {
      if (digits == 0 || ++dots > 3) return false;
      digits = 0;
      part = 0;
      continue;
    }
    if (!is_digit(c) || (digits == 1 && part == 0)) return false;
    part = part * 10 + (c - '0');
    ++digits;
    if (part > kMaxPart) return false;
  }
  return dots == 3 && digits > 0;
}

/// Whether a URL parser takes a host that ends in this label for an address.
bool is_number(std::string_view label) {
  if (label.starts_with("0x")) return std::ranges::all_of(label.substr(2), is_hex_digit);
  return std::ranges::all_of(label, is_digit);
}

Result<std::string> check_host(std::string host) {
  while (host.ends_with('.')) host.pop_back();
  if (host.empty()) return fail(ErrorKind::Malformed, "the URL names no host");
  if (!std::ranges::all_of(host, is_host_character)) {
    return fail(ErrorKind::Malformed, "the URL's host may hold letters, digits, '-', '_' and '.' only");
  }
  const std::string_view last = std::string_view(host).substr(host.rfind('.') + 1);
  if (is_number(last) && !is_dotted_quad(host)) {
    return fail(ErrorKind::Malformed, "the URL's host is a number, but no address in dotted decimal");
  }
  return host;
}

Result<void> check_port(std::string_view text) {
  const bool is_port = text.empty() || (text.front() == ':' && std::ranges::all_of(text.substr(1), is_digit));
  if (!is_port) return fail(ErrorKind::Malformed, "something else than a port follows the URL's host");
  return {};
}

Result<std::string> bracketed_host(std::string_view authority) {
  const std::size_t end = authority.find(']');
  if (end == std::string_view::npos) return fail(ErrorKind::Malformed, "the URL's bracket is not closed");
  TRY(check_port(authority.substr(end + 1)));
  auto address = browser_ipv6(authority.substr(1, end - 1));
  if (!address) return fail(ErrorKind::Malformed, "the URL's brackets hold no IPv6 address");
  return *std::move(address);
}

std::string hexadecimal(unsigned number) {
  constexpr int kBase = 16;
  std::array<char, sizeof(number) * 2> digits{};
  const auto [end, error] = std::to_chars(digits.begin(), digits.end(), number, kBase);
  return {digits.begin(), end};
}

}  // namespace

std::optional<std::string> browser_ipv6(std::string_view text) {
  std::array<std::uint8_t, sizeof(in6_addr)> octets{};
  std::array<char, INET6_ADDRSTRLEN> canonical{};
  if (text.contains('\0') || ::inet_pton(AF_INET6, std::string(text).c_str(), octets.data()) != 1)
    return std::nullopt;
  if (::inet_ntop(AF_INET6, octets.data(), canonical.data(), canonical.size()) == nullptr)
    return std::nullopt;
  std::string address = canonical.data();
  if (!address.contains('.')) return address;
  address.resize(address.rfind(':') + 1);
  const auto group = [&](std::size_t at) { return hexadecimal(octets.at(at) * 256U + octets.at(at + 1)); };
  return address + group(12) + ":" + group(14);
}

Result<std::string> url_host(std::string_view url) {
  const std::string lower = tlscore::to_lower(url);
  const std::size_t colon = lower.find("://");
  if (colon == std::string::npos || !is_scheme(std::string_view(lower).substr(0, colon))) {
    return fail(ErrorKind::Malformed,
                "this is no absolute URL; it begins with a scheme, as in https://party.example/");
  }
  std::string_view authority = std::string_view(lower).substr(colon + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  const auto differs = [](char c) { return c <= ' ' || c > '~' || c == '\\' || c == '%'; };
  if (std::ranges::any_of(authority, differs)) {
    return fail(
        ErrorKind::Malformed,
        "before the URL's path stands a character that programs read differently (blank, control character, "
        "backslash, percent sign or beyond ASCII)");
  }
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) authority.remove_prefix(at + 1);
  if (authority.starts_with('[')) return bracketed_host(authority);
  const std::size_t port = std::min(authority.find(':'), authority.size());
  TRY(check_port(authority.substr(port)));
  return check_host(std::string(authority.substr(0, port)));
}

}  // namespace pac
