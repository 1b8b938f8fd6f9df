// Where Latchkey's files are: the XDG Base Directory Specification, and what is refused about a folder.
//
//   $XDG_CONFIG_HOME/latchkey/config.toml   the one file that a user edits   (unset: ~/.config)
//   $XDG_STATE_HOME/latchkey                what Latchkey keeps              (unset: ~/.local/state)
//   $XDG_RUNTIME_DIR/latchkey               sockets                          (unset: see make_runtime_folder)
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tlscore/base/result.h"

namespace proxy {

/// What the environment says. Empty where a variable is unset, empty or not a path from the root (the
/// specification tells to ignore those).
struct BaseFolders {
  std::string home{};         ///< $HOME, else the user database's.
  std::string config_home{};  ///< $XDG_CONFIG_HOME
  std::string state_home{};   ///< $XDG_STATE_HOME
  std::string data_home{};    ///< $XDG_DATA_HOME
  std::string runtime_dir{};  ///< $XDG_RUNTIME_DIR
  std::string run_user{};     ///< /run/user/UID, where it exists and is a folder of this user's.
  uid_t uid = 0;              ///< Who has to own the folders: the effective user.

  /// Reads environment and user database. Not for use while another thread changes the environment.
  [[nodiscard]] static BaseFolders of_this_process();
};

/// The configuration file's path; nothing is created, and the file need not exist. Fails with NotFound where
/// there is neither $XDG_CONFIG_HOME nor a home.
[[nodiscard]] tlscore::Result<std::string> config_file(const BaseFolders& base);

/// The state folder, made with mode 0700 (as are the folders above it that are missing).
///
/// Fails with NotFound without a home, with Internal where it cannot be made, and with Refused where what is
/// there is not a folder, is a symbolic link, belongs to somebody else, or gives group or others any right.
[[nodiscard]] tlscore::Result<std::string> make_state_folder(const BaseFolders& base);

/// The folder for sockets, made and checked in the same way: under $XDG_RUNTIME_DIR, else /run/user/UID, else
/// `run` in the state folder. $XDG_RUNTIME_DIR itself must belong to this user (or root) too, and others may
/// write to it only if it is sticky: otherwise they could put a folder of theirs in place of ours.
[[nodiscard]] tlscore::Result<std::string> make_runtime_folder(const BaseFolders& base);

/// Both, as far as they can be made: all that Latchkey's own processes change. $LATCHKEY_CHANGEABLE
/// is one more, for what somebody else has preloaded into them.
[[nodiscard]] std::vector<std::string> own_folders(const BaseFolders& base);

}  // namespace proxy
