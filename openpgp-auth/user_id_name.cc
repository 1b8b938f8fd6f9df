// Whole strings are compared, and nothing is searched for.
#include "openpgp-auth/user_id_name.h"

#include "tlscore/base/bytes.h"

namespace openpgp_auth {
namespace {

constexpr std::string_view kScheme = "https://";

std::string_view without_trailing_dot(std::string_view name) {
  return name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
}

}  // namespace

bool names_host(std::string_view user_id, std::string_view host) {
  if (tlscore::equal_ignoring_case(user_id.substr(0, kScheme.size()), kScheme)) {
    user_id.remove_prefix(kScheme.size());
  }
  const std::string_view name = without_trailing_dot(host);
  return !name.empty() && tlscore::equal_ignoring_case(without_trailing_dot(user_id), name);
}

}  // namespace openpgp_auth
