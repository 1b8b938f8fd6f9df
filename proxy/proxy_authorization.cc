// "Basic " and base64 of "user:password".
#include "proxy/proxy_authorization.h"

#include "tlscore/base/bytes.h"

namespace proxy {

using namespace tlscore;

std::optional<Credential> proxy_authorization(const HttpRequest& request) {
  constexpr std::string_view kScheme = "Basic ";
  const std::string* value = find_header(request.headers, "Proxy-Authorization");
  if (value == nullptr || value->size() < kScheme.size()) return std::nullopt;
  const std::string_view text = *value;
  if (!equal_ignoring_case(text.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  const auto decoded = from_base64(text.substr(kScheme.size()));
  if (!decoded) return std::nullopt;
  const std::string_view pair = as_text(*decoded);
  const auto colon = pair.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return Credential{std::string(pair.substr(0, colon)), std::string(pair.substr(colon + 1))};
}

}  // namespace proxy
