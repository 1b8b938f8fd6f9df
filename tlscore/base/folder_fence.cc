// Three system calls, for which glibc has no names.
#include "tlscore/base/folder_fence.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "tlscore/base/call_filter.h"
#include "tlscore/base/unique_fd.h"

namespace tlscore {
namespace {

// Of later versions than Debian 12's headers know.
constexpr std::uint64_t kTruncate = 1U << 14U;
constexpr int kVersionWithRefer = 2;
constexpr int kVersionWithTruncate = 3;

constexpr std::uint64_t kChanges = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                   LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                   LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                   LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                   LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

constexpr std::uint64_t kReads = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
/// Of a file there is nothing else to allow.
constexpr std::uint64_t kOfFiles = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;

/// Those that this kernel knows of.
std::uint64_t changes_known_to(int version) {
  return kChanges | (version >= kVersionWithRefer ? LANDLOCK_ACCESS_FS_REFER : 0) |
         (version >= kVersionWithTruncate ? kTruncate : 0);
}

auto not_fenced() {
  return fail(ErrorKind::Unsupported,
              std::string("the kernel fences no folders (Landlock): ") + std::strerror(errno));
}

Result<void> allow(int rules, const std::string& path, std::uint64_t access) {
  const UniqueFd place(::open(path.c_str(), O_PATH | O_CLOEXEC));
  // There is none, or none that could be read.
  if (!place && (errno == ENOENT || errno == ENOTDIR || errno == EACCES)) return {};
  struct stat status{};
  if (place && ::fstat(place.get(), &status) == 0 && !S_ISDIR(status.st_mode)) access &= kOfFiles;
  landlock_path_beneath_attr beneath{};
  beneath.allowed_access = access;
  beneath.parent_fd = place.get();
  if (::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) != 0)
    return not_fenced();
  return {};
}

}  // namespace

int landlock_version() {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return static_cast<int>(std::max(version, 0L));
}

Result<void> raise_fence(const Fence& fence) {
  if (!can_forbid_calls()) return {};
  const int version = landlock_version();
  if (version == 0) return not_fenced();
  const std::uint64_t changes = changes_known_to(version);
  landlock_ruleset_attr handled{};
  handled.handled_access_fs = changes | kReads | LANDLOCK_ACCESS_FS_EXECUTE;
  const UniqueFd rules(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0)));
  if (!rules) return not_fenced();
  for (const std::string& folder : fence.changeable) TRY(allow(rules.get(), folder, changes | kReads));
  for (const std::string& folder : fence.sockets)
    TRY(allow(rules.get(), folder, LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REMOVE_FILE));
  for (const std::string& path : fence.readable) TRY(allow(rules.get(), path, kReads));
  TRY(allow(rules.get(), "/dev/null", LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE));
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::syscall(SYS_landlock_restrict_self, rules.get(), 0) != 0)
    return not_fenced();
  return {};
}

}  // namespace tlscore
