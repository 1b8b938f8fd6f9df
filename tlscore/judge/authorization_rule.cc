// Rules as the user writes them.
#include "tlscore/judge/authorization_rule.h"

#include <sys/un.h>

#include <array>
#include <utility>

namespace tlscore::judge {
namespace {

using Kind = AuthorizationRuleText::Kind;

constexpr std::string_view kTrusted = "trusted";
constexpr std::array<std::pair<std::string_view, Kind>, 4> kPrefixes = {
    {{"deny:", Kind::Deny}, {"allow:", Kind::Allow}, {"exec:", Kind::Exec}, {"unix:", Kind::Unix}}};

}  // namespace

std::string AuthorizationRuleText::text() const {
  for (const auto& [prefix, its] : kPrefixes) {
    if (its == kind) return std::string(prefix) + path;
  }
  return std::string(kTrusted);
}

Result<AuthorizationRuleText> parse_authorization_rule(std::string_view text) {
  if (text == kTrusted) return AuthorizationRuleText{.kind = Kind::Trusted};
  for (const auto& [prefix, kind] : kPrefixes) {
    if (!text.starts_with(prefix)) continue;
    const std::string_view path = text.substr(prefix.size());
    if (!path.starts_with('/') || path.contains('\0')) {
      return fail(ErrorKind::Malformed, "has no path from the root behind " + std::string(prefix));
    }
    if (kind == Kind::Unix && path.size() >= sizeof(sockaddr_un::sun_path)) {
      return fail(ErrorKind::Malformed, "is too long for a UNIX socket's path");
    }
    return AuthorizationRuleText{.kind = kind, .path = std::string(path)};
  }
  return fail(ErrorKind::Malformed, "is no rule: deny:/PATH, allow:/PATH, trusted, exec:/PATH or unix:/PATH");
}

}  // namespace tlscore::judge
