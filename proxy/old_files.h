// What is left in the user's folders of earlier programs, parties and tokens. For `doctor`.
//
// Looks at names, ages and sockets; reads no file, and removes none.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "proxy/config.h"
#include "proxy/paths.h"

namespace proxy {

/// A file that is written at this moment is younger.
inline constexpr std::chrono::hours kAgeOfOldFiles{1};

/// By their paths.
struct OldFiles {
  std::vector<std::string> half_written{};  ///< Files and folders of programs that were interrupted.
  std::vector<std::string> local_cas{};     ///< Files of CAs that are for no party of today.
  std::string dead_socket{};                ///< Where commands look for the daemon, and it is gone.
  std::string other_daemon{};               ///< The socket of one that commands do not find, and its process.
  pid_t other_process = 0;
  std::string software_token{};  ///< The folder of one from before, when the tokens of today are others.
};

/// Fails as make_state_folder and make_runtime_folder do.
[[nodiscard]] tlscore::Result<OldFiles> look_for_old_files(const Config& config, const BaseFolders& folders);

}  // namespace proxy
