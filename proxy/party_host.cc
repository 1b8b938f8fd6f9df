// Names and addresses as parties list them.
#include "proxy/party_host.h"

#include <algorithm>
#include <limits>

#include "proxy/authority.h"

namespace proxy {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

namespace {

Result<Host> parse(std::string_view text) {
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    return fail(ErrorKind::Malformed, "is not ASCII; write the name's A-label form, which begins with xn--");
  }
  const bool has_brackets = text.starts_with('[') && text.ends_with(']') && text.contains(':');
  auto host = parse_host(has_brackets ? text.substr(1, text.size() - 2) : text);
  if (host) return host;
  return fail(ErrorKind::Malformed,
              "is no name or address without scheme, port and path: " + host.error().message);
}

}  // namespace

std::optional<std::string> canonical_address(std::string_view text) {
  auto host = parse(text);
  if (!host || !host->is_address) return std::nullopt;
  return std::move(host->text);
}

Result<std::string> parse_listed_host(std::string_view text) {
  return TRY(parse(text)).text;
}

Result<std::string> parse_host_pattern(std::string_view text) {
  if (!text.contains('*')) return parse_listed_host(text);
  if (!text.starts_with("*.")) {
    return fail(ErrorKind::Malformed,
                "may have an asterisk only as its whole first label, as in *.example.org");
  }
  const Host suffix = TRY(parse(text.substr(2)));
  if (suffix.is_address || !suffix.text.contains('.')) {
    return fail(ErrorKind::Malformed, "is no suffix of at least two labels, as in *.example.org");
  }
  return "*." + suffix.text;
}

std::size_t match_host(std::string_view pattern, std::string_view host) {
  if (!pattern.starts_with("*.")) return pattern == host ? std::numeric_limits<std::size_t>::max() : 0;
  const std::string_view suffix = pattern.substr(1);
  return host.size() > suffix.size() && host.ends_with(suffix) ? suffix.size() : 0;
}

}  // namespace proxy
