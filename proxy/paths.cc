// Finds, makes and checks Latchkey's folders.
#include "proxy/paths.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "tlscore/base/unique_fd.h"

namespace proxy {
namespace {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

constexpr mode_t kPrivate = S_IRWXU;
constexpr mode_t kOthersRights = S_IRWXG | S_IRWXO;
constexpr mode_t kOthersWrite = S_IWGRP | S_IWOTH;

/// A path from the root, without slashes at its end; empty for anything else.
std::string absolute(const char* value) {
  std::string path = value == nullptr ? "" : value;
  if (!path.starts_with('/')) return {};
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

std::string home_of(uid_t uid) {
  std::string home = absolute(std::getenv("HOME"));
  if (!home.empty()) return home;
  const passwd* entry = ::getpwuid(uid);
  return entry == nullptr ? std::string() : absolute(entry->pw_dir);
}

bool is_own_folder(const std::string& path, uid_t uid) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == uid;
}

Result<void> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), kPrivate) == 0 || errno == EEXIST) return {};
  return fail(ErrorKind::Internal, "cannot make the folder " + path + ": " + std::strerror(errno));
}

/// Opens without following a link at the end of the path, so that what is checked is what is there.
Result<struct stat> status_of_folder(const std::string& path) {
  const tlscore::UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status{};
  if (folder && ::fstat(folder.get(), &status) == 0) return status;
  if (errno == ELOOP || errno == ENOTDIR) {
    return fail(ErrorKind::Refused,
                path + " is no folder, or a symbolic link; remove it, and Latchkey makes its own");
  }
  return fail(ErrorKind::Internal, "cannot open the folder " + path + ": " + std::strerror(errno));
}

Result<void> make_private_folder(const std::string& path, uid_t uid) {
  TRY(make_folder(path));
  const struct stat status = TRY(status_of_folder(path));
  if (status.st_uid != uid) {
    return fail(ErrorKind::Refused,
                path + " belongs to another user (uid " + std::to_string(status.st_uid) + ")");
  }
  if ((status.st_mode & kOthersRights) != 0) {
    return fail(ErrorKind::Refused, path + " is open to other users; run: chmod 700 " + path);
  }
  return {};
}

/// Makes every folder above `path` that is missing.
Result<void> make_parents(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string parent = path.substr(0, slash);
    if (::access(parent.c_str(), F_OK) != 0) TRY(make_folder(parent));
  }
  return {};
}

/// A folder of somebody else's, or one where others may rename our entries, is no place for sockets.
Result<void> check_runtime_dir(const std::string& path, uid_t uid) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return fail(ErrorKind::NotFound, "XDG_RUNTIME_DIR is " + path + ": " + std::strerror(errno));
  }
  const bool others_rename = (status.st_mode & kOthersWrite) != 0 && (status.st_mode & S_ISVTX) == 0;
  if (!S_ISDIR(status.st_mode) || (status.st_uid != uid && status.st_uid != 0) || others_rename) {
    return fail(ErrorKind::Refused,
                "XDG_RUNTIME_DIR is " + path +
                    ", which other users control; unset it, or set it to a folder of your own");
  }
  return {};
}

}  // namespace

BaseFolders BaseFolders::of_this_process() {
  BaseFolders base;
  base.uid = ::geteuid();
  base.home = home_of(base.uid);
  base.config_home = absolute(std::getenv("XDG_CONFIG_HOME"));
  base.state_home = absolute(std::getenv("XDG_STATE_HOME"));
  base.data_home = absolute(std::getenv("XDG_DATA_HOME"));
  base.runtime_dir = absolute(std::getenv("XDG_RUNTIME_DIR"));
  const std::string run_user = "/run/user/" + std::to_string(base.uid);
  if (is_own_folder(run_user, base.uid)) base.run_user = run_user;
  return base;
}

Result<std::string> config_file(const BaseFolders& base) {
  if (!base.config_home.empty()) return base.config_home + "/latchkey/config.toml";
  if (!base.home.empty()) return base.home + "/.config/latchkey/config.toml";
  return fail(ErrorKind::NotFound,
              "there is no home folder for config.toml; set HOME, or name a file by --config");
}

Result<std::string> make_state_folder(const BaseFolders& base) {
  if (base.state_home.empty() && base.home.empty()) {
    return fail(ErrorKind::NotFound, "there is no home folder to keep state in; set HOME or XDG_STATE_HOME");
  }
  const std::string parent = base.state_home.empty() ? base.home + "/.local/state" : base.state_home;
  std::string folder = parent + "/latchkey";
  TRY(make_parents(folder));
  TRY(make_private_folder(folder, base.uid));
  return folder;
}

Result<std::string> make_runtime_folder(const BaseFolders& base) {
  std::string folder;
  if (!base.runtime_dir.empty()) {
    TRY(check_runtime_dir(base.runtime_dir, base.uid));
    folder = base.runtime_dir + "/latchkey";
  } else if (!base.run_user.empty()) {
    folder = base.run_user + "/latchkey";
  } else {
    folder = TRY(make_state_folder(base)) + "/run";
  }
  TRY(make_private_folder(folder, base.uid));
  return folder;
}

std::vector<std::string> own_folders(const BaseFolders& base) {
  std::vector<std::string> folders;
  for (auto made : {make_state_folder(base), make_runtime_folder(base)}) {
    if (made) folders.push_back(std::move(*made));
  }
  const char* const also = ::secure_getenv("LATCHKEY_CHANGEABLE");
  if (also != nullptr && *also == '/') folders.emplace_back(also);
  return folders;
}

}  // namespace proxy
