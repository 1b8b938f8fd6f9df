// GPGME asks gpg, and numbers are compared.
#include "openpgp-auth/gnupg_version.h"

#include <gpgme.h>

#include <array>
#include <charconv>
#include <optional>

namespace openpgp_auth {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

namespace {

using Numbers = std::array<unsigned, 3>;

/// "2.2.40", "2.4.5-unknown"; the third number may be missing.
std::optional<Numbers> numbers_of(std::string_view version) {
  Numbers numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), numbers[i]);
    if (error != std::errc()) return std::nullopt;
    version.remove_prefix(static_cast<std::size_t>(end - version.data()));
    if (!version.starts_with('.')) return i == 0 ? std::nullopt : std::optional(numbers);
    version.remove_prefix(1);
  }
  return numbers;
}

}  // namespace

Result<std::string> gnupg_version() {
  ::gpgme_check_version(nullptr);
  gpgme_engine_info_t engine = nullptr;
  if (::gpgme_get_engine_info(&engine) != 0) return fail(ErrorKind::NotFound, "GnuPG is not installed");
  for (; engine != nullptr; engine = engine->next) {
    if (engine->protocol == GPGME_PROTOCOL_OpenPGP && engine->version != nullptr)
      return std::string(engine->version);
  }
  return fail(ErrorKind::NotFound, "GnuPG is not installed");
}

bool is_at_least(std::string_view version, std::string_view oldest) {
  const auto its = numbers_of(version);
  const auto wanted = numbers_of(oldest);
  return its && wanted && *its >= *wanted;
}

}  // namespace openpgp_auth
