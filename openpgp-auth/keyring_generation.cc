// stat, a few times.
#include "openpgp-auth/keyring_generation.h"

#include <sys/stat.h>

#include <array>
#include <string_view>

namespace openpgp_auth {
namespace {

// Keys (three formats), trust, TOFU, settings.
constexpr auto kFiles =
    std::to_array<std::string_view>({"pubring.kbx", "pubring.gpg", "public-keys.d/pubring.db", "trustdb.gpg",
                                     "tofu.db", "gpg.conf", "common.conf"});

}  // namespace

std::string keyring_generation(const std::string& home) {
  std::string text = home;
  for (const std::string_view name : kFiles) {
    struct stat file{};
    text += "/";
    if (::stat((home + "/" + std::string(name)).c_str(), &file) != 0) continue;
    for (const long long number :
         {static_cast<long long>(file.st_dev), static_cast<long long>(file.st_ino),
          static_cast<long long>(file.st_size), static_cast<long long>(file.st_mtim.tv_sec),
          static_cast<long long>(file.st_mtim.tv_nsec)}) {
      text += std::to_string(number) + ",";
    }
  }
  return text;
}

}  // namespace openpgp_auth
