// stat, a few times.
#include "openpgp-auth/keyring_generation.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "tlscore/base/unique_fd.h"
#include "tlscore/x509/digest.h"

namespace openpgp_auth {
namespace {

// Keys (three formats), trust, TOFU, settings.
constexpr auto kFiles =
    std::to_array<std::string_view>({"pubring.kbx", "pubring.gpg", "public-keys.d/pubring.db", "trustdb.gpg",
                                     "tofu.db", "gpg.conf", "common.conf"});

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

constexpr std::size_t kMaxBytes = std::size_t{256} << 20U;

/// Empty where there is no such file.
Result<tlscore::Bytes> read_whole(const std::string& path) {
  const tlscore::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file && errno == ENOENT) return tlscore::Bytes();
  struct stat status{};
  if (!file || ::fstat(file.get(), &status) != 0) {
    return fail(ErrorKind::Refused, path + ": " + std::strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::Refused, path + " is no regular file");
  if (status.st_size > static_cast<off_t>(kMaxBytes))
    return fail(ErrorKind::TooLarge, path + " is over 256 MiB");
  tlscore::Bytes octets(static_cast<std::size_t>(status.st_size));
  std::size_t size = 0;
  while (size < octets.size()) {
    const ssize_t count = ::read(file.get(), octets.data() + size, octets.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return fail(ErrorKind::Refused, path + " changes while it is read");
    size += static_cast<std::size_t>(count);
  }
  return octets;
}

}  // namespace

Result<std::string> keyring_contents(const std::string& home) {
  std::string digests;
  for (const std::string_view name : kFiles) {
    const tlscore::Bytes octets = TRY(read_whole(home + "/" + std::string(name)));
    digests += octets.empty() ? "-" : tlscore::to_hex(tlscore::x509::sha256(octets));
    digests += "/";
  }
  return tlscore::to_hex(tlscore::x509::sha256(tlscore::as_bytes(digests)));
}

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
