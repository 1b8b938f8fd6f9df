// Reads single values of the configuration.
#include "proxy/config_value.h"

#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "proxy/party_host.h"

namespace proxy {
namespace {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

constexpr std::chrono::seconds kMaxDuration = std::chrono::days(365);
constexpr std::uint16_t kDnsPort = 53;
constexpr std::size_t kFingerprintDigits = 40;
constexpr std::size_t kKeyDigits = 64;
constexpr std::size_t kPinBytes = 32;
constexpr std::size_t kMaxTextBytes = 1024;
constexpr std::size_t kMaxModuleNameBytes = 64;
constexpr std::size_t kMaxPathBytes = 4095;

/// A decimal number without sign or blanks, up to nine digits.
std::optional<std::int64_t> parse_number(std::string_view text) {
  constexpr std::size_t kMaxDigits = 9;
  std::int64_t number = 0;
  if (text.empty() || text.size() > kMaxDigits || text.front() == '-') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::chrono::seconds> unit_of(char c) {
  switch (c) {
    case 's': return std::chrono::seconds(1);
    case 'm': return std::chrono::minutes(1);
    case 'h': return std::chrono::hours(1);
    case 'd': return std::chrono::days(1);
    default: return std::nullopt;
  }
}

/// `host:port` or `[v6]:port` into its two texts; the port is empty where there is none. A bare IPv6 address
/// is all host.
std::pair<std::string_view, std::string_view> split_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {text, {}};
  const std::string_view host = text.substr(0, colon);
  if (host.contains(':') && !(host.starts_with('[') && host.ends_with(']'))) return {text, {}};
  return {host, text.substr(colon + 1)};
}

bool is_loopback(std::string_view address) {
  return address == "::1" || (address.starts_with("127.") && !address.contains(':'));
}

bool is_hexadecimal(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_printable(std::string_view text) {
  constexpr unsigned char kDelete = 0x7f;
  return std::ranges::all_of(text, [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet >= ' ' && octet != kDelete;
  });
}

std::string without_blanks(std::string_view text) {
  std::string result = tlscore::to_lower(text);
  std::erase(result, ' ');
  return result;
}

}  // namespace

Result<std::chrono::seconds> parse_duration(std::string_view text) {
  const auto unit = text.empty() ? std::nullopt : unit_of(text.back());
  const auto number = text.empty() ? std::nullopt : parse_number(text.substr(0, text.size() - 1));
  if (!unit || !number) {
    return fail(ErrorKind::Malformed, "is no time; write a whole number and s, m, h or d, as in \"15m\"");
  }
  if (*number > kMaxDuration / *unit) return fail(ErrorKind::Malformed, "is more than a year (365d)");
  return *number * *unit;
}

Result<std::uint16_t> parse_port(std::int64_t number) {
  constexpr std::int64_t kMaxPort = 65535;
  if (number < 1 || number > kMaxPort) return fail(ErrorKind::Malformed, "is no port (1 to 65535)");
  return static_cast<std::uint16_t>(number);
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  if (text.starts_with('/')) {
    const std::string path = TRY(parse_absolute_path(text));
    if (path.size() >= sizeof(sockaddr_un::sun_path)) {
      return fail(ErrorKind::Malformed, "is too long for a UNIX socket (107 octets)");
    }
    return ListenAddress{path, 0, true};
  }
  const auto [host, port_text] = split_port(text);
  const auto address = canonical_address(host);
  const auto port = parse_number(port_text);
  if (!address || !port || *port > 65535) {
    return fail(ErrorKind::Malformed,
                "is neither ADDRESS:PORT, as in 127.0.0.1:6091 or [::1]:6091, nor a path from the root");
  }
  if (!is_loopback(*address)) {
    return fail(ErrorKind::Malformed,
                "is not on loopback; Latchkey serves this machine's user only (127.0.0.1 or [::1])");
  }
  return ListenAddress{*address, static_cast<std::uint16_t>(*port), false};
}

Result<ServerAddress> parse_dns_server(std::string_view text) {
  const auto [host, port_text] = split_port(text);
  const auto address = canonical_address(host);
  if (!address) return fail(ErrorKind::Malformed, "is no address; a DNS server cannot be given by name");
  if (host.size() == text.size()) return ServerAddress{*address, kDnsPort};
  return ServerAddress{*address, TRY(parse_port(parse_number(port_text).value_or(0)))};
}

Result<ServerAddress> parse_memcached_server(std::string_view text) {
  const auto [host_text, port_text] = split_port(text);
  if (host_text.size() == text.size()) return fail(ErrorKind::Malformed, "lacks a port; write HOST:PORT");
  std::string host = TRY(parse_listed_host(host_text));
  return ServerAddress{std::move(host), TRY(parse_port(parse_number(port_text).value_or(0)))};
}

Result<std::string> parse_fingerprint(std::string_view text) {
  std::string digits = without_blanks(text);
  if (digits.size() != kFingerprintDigits || !is_hexadecimal(digits)) {
    return fail(ErrorKind::Malformed,
                "is no OpenPGP fingerprint (40 hexadecimal digits; \"gpg -K\" shows yours)");
  }
  return digits;
}

Result<tlscore::Bytes> parse_pin(std::string_view text) {
  auto octets = tlscore::from_base64(text);
  if (!octets || octets->size() != kPinBytes) {
    return fail(ErrorKind::Malformed,
                "is no pin (base64 of the SHA-256 of a SubjectPublicKeyInfo, 44 characters)");
  }
  return *std::move(octets);
}

Result<Identity> parse_identity(std::string_view text) {
  if (tlscore::to_lower(text).contains("pin-value")) {
    return fail(ErrorKind::Refused,
                "a PIN does not belong into this file; leave pin-value out, the PIN is asked for");
  }
  if (text == "auto") return Identity{Identity::Kind::Auto};
  if (text == "ask") return Identity{Identity::Kind::Ask};
  if (text == "none") return Identity{Identity::Kind::None};
  if (text.starts_with("pkcs11:")) return Identity{Identity::Kind::Pkcs11Uri, TRY(parse_plain_text(text))};
  std::string digits = without_blanks(text);
  if (is_hexadecimal(digits) && digits.size() == kFingerprintDigits) {
    return Identity{Identity::Kind::OpenPgpFingerprint, std::move(digits)};
  }
  if (is_hexadecimal(digits) && digits.size() == kKeyDigits) {
    return Identity{Identity::Kind::KeyFingerprint, std::move(digits)};
  }
  return fail(
      ErrorKind::Malformed,
      "is no identity (auto, ask, none, a fingerprint of 40 or 64 hexadecimal digits, or a pkcs11: URI)");
}

Result<std::string> parse_absolute_path(std::string_view text) {
  if (!text.starts_with('/') || text.size() > kMaxPathBytes || !is_printable(text)) {
    return fail(ErrorKind::Malformed, "is no path from the root ('~' is not expanded)");
  }
  return std::string(text);
}

Result<std::string> parse_module(std::string_view text) {
  if (text.starts_with('/')) return parse_absolute_path(text);
  const bool is_name = std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
  if (text.empty() || text.size() > kMaxModuleNameBytes || !is_name || text.starts_with('.')) {
    return fail(ErrorKind::Malformed,
                "is no PKCS#11 module (auto, soft, gpg-agent, a name known to p11-kit, or \"/...\")");
  }
  return std::string(text);
}

Result<std::string> parse_plain_text(std::string_view text) {
  if (text.size() > kMaxTextBytes) return fail(ErrorKind::Malformed, "is longer than 1024 octets");
  if (!is_printable(text)) return fail(ErrorKind::Malformed, "holds a control character");
  return std::string(text);
}

}  // namespace proxy
