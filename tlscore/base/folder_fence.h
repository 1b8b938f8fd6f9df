// A fence around what a process may read and change on the file system (Landlock, landlock(7)).
#pragma once

#include <string>
#include <vector>

#include "tlscore/base/result.h"

namespace tlscore {

/// Each stands for all that is below it. What is not there when the fence is raised is left out.
struct Fence {
  std::vector<std::string> changeable{};  ///< Folders; readable, too.
  std::vector<std::string> sockets{};     ///< Folders in which sockets may be made, and files removed.
  std::vector<std::string> readable{};    ///< Folders and files.
};

/// From now on this thread, and all that it starts, opens no file or folder for reading that is not readable,
/// and changes nothing that is not changeable: no file is written, made, cut, renamed or removed, /dev/null
/// apart; and no file is executed anywhere. What is open stays open; whether a file is there, and whose it
/// is, may still be asked. No process outside the fence is looked into either (ptrace(2), /proc/PID/fd and
/// its neighbours).
///
/// While there is one thread, and before forbid_calls (call_filter.h). Programs that are started gain no
/// rights from then on. Fails with Unsupported, and nothing is fenced, where the kernel has no Landlock, or
/// it is off. In a build with a sanitizer nothing is fenced: its reports are files.
[[nodiscard]] Result<void> raise_fence(const Fence& fence);

/// The kernel's version of Landlock; 0: none.
[[nodiscard]] int landlock_version();

}  // namespace tlscore
