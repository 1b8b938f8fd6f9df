// Three system calls, for which glibc has no names.
#include "tlscore/base/folder_fence.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
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

/// Those that this kernel knows of.
std::uint64_t changes_known_to(int version) {
  return kChanges | (version >= kVersionWithRefer ? LANDLOCK_ACCESS_FS_REFER : 0) |
         (version >= kVersionWithTruncate ? kTruncate : 0);
}

auto not_fenced() {
  return fail(ErrorKind::Unsupported,
              std::string("the kernel fences no folders (Landlock): ") + std::strerror(errno));
}

Result<void> allow(int rules, const std::string& path, std::uint64_t changes) {
  const UniqueFd place(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!place && errno == ENOENT) return {};
  landlock_path_beneath_attr beneath{};
  beneath.allowed_access = changes;
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

Result<void> fence_changes(std::span<const std::string> folders,
                           std::span<const std::string> socket_folders) {
  if (!can_forbid_calls()) return {};
  const int version = landlock_version();
  if (version == 0) return not_fenced();
  const std::uint64_t changes = changes_known_to(version);
  landlock_ruleset_attr handled{};
  handled.handled_access_fs = changes | LANDLOCK_ACCESS_FS_EXECUTE;
  const UniqueFd rules(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0)));
  if (!rules) return not_fenced();
  for (const std::string& folder : folders) TRY(allow(rules.get(), folder, changes));
  for (const std::string& folder : socket_folders)
    TRY(allow(rules.get(), folder, LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REMOVE_FILE));
  TRY(allow(rules.get(), "/dev/null", LANDLOCK_ACCESS_FS_WRITE_FILE));
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      ::syscall(SYS_landlock_restrict_self, rules.get(), 0) != 0)
    return not_fenced();
  return {};
}

}  // namespace tlscore
