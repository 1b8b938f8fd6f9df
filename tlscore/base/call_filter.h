// What a process of ours gives up for the rest of its life: calls of the kernel's (seccomp), and rights that
// a program file might give.
//
// Two shapes. A process that loads what others have written (a token's module) loses what no module needs to
// be let do: starting programs, the network, looking into other processes, the kernel's own affairs. The
// proxy, whose code is known, keeps a list of calls and loses all others.
#pragma once

#include <vector>

#include "tlscore/base/result.h"

namespace tlscore {

struct CallRules {
  bool may_exec = false;     ///< Start programs, and become one.
  bool may_network = false;  ///< Sockets of the Internet's families, beside those of UNIX.
  /// Protocols of netlink sockets that may be opened (netlink(7)); NETLINK_KOBJECT_UEVENT is udev's.
  std::vector<int> netlink{};
  /// No processes, no code that was written while it runs, and no call but those that a server needs
  /// (allowed_calls.h).
  bool only_listed = false;
};

/// Binds every thread of this process and all that it starts. What is forbidden fails with EPERM, what is not
/// on the list with ENOSYS, as on a kernel that is too old for it; calls of another architecture end the
/// process. No program that is started from now on gains rights (no_new_privs).
///
/// Fails with Unsupported where the kernel has no seccomp, and nothing is forbidden then. A build with a
/// sanitizer forbids nothing: its runtime calls what it likes.
Result<void> forbid_calls(const CallRules& rules);

/// Whether this build's processes can be bound at all: false with a sanitizer.
[[nodiscard]] bool can_forbid_calls();

/// No core of this process is written, and no other process of its user looks into it (not dumpable).
void hide_process();

}  // namespace tlscore
