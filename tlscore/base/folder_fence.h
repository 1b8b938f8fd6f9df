// A fence around what a process may change on the file system (Landlock, landlock(7)).
#pragma once

#include <span>
#include <string>

#include "tlscore/base/result.h"

namespace tlscore {

/// From now on this thread, and all that it starts, changes nothing outside `folders`: no file is written,
/// made, cut, renamed or removed but in them and below them, /dev/null apart; and no file is executed
/// anywhere. In `socket_folders` sockets may be made, and files removed. What is open stays open, and
/// everything may still be read as before. No process outside the fence is looked into either (ptrace(2),
/// /proc/PID/fd and its neighbours).
///
/// While there is one thread, and before forbid_calls (call_filter.h). Programs that are started gain no
/// rights from then on. A folder that is not there is left out. Fails with Unsupported, and nothing is
/// fenced, where the kernel has no Landlock, or it is off. In a build with a sanitizer nothing is fenced: its
/// reports are files.
[[nodiscard]] Result<void> fence_changes(std::span<const std::string> folders,
                                         std::span<const std::string> socket_folders = {});

/// The kernel's version of Landlock; 0: none.
[[nodiscard]] int landlock_version();

}  // namespace tlscore
