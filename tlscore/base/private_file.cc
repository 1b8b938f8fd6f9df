// Written beside its place, then moved there.
#include "tlscore/base/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "tlscore/base/socket.h"
#include "tlscore/base/unique_fd.h"

namespace tlscore {
namespace {

Error cannot_write(const std::string& path) {
  return {ErrorKind::Internal, path + " cannot be written: " + describe_errno(errno)};
}

Result<void> write_all(int fd, ByteView octets, const std::string& path) {
  while (!octets.empty()) {
    const ssize_t written = ::write(fd, octets.data(), octets.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail(cannot_write(path));
    octets = octets.subspan(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) != 0) return fail(cannot_write(path));
  return {};
}

}  // namespace

Result<void> write_private_file(const std::string& path, ByteView octets) {
  std::string draft = path + ".XXXXXX";
  // With mode 0600.
  const UniqueFd file(::mkostemp(draft.data(), O_CLOEXEC));
  if (!file) return fail(cannot_write(path));
  auto written = write_all(file.get(), octets, path);
  if (written && ::rename(draft.c_str(), path.c_str()) != 0) written = fail(cannot_write(path));
  if (!written) ::unlink(draft.c_str());
  return written;
}

Result<void> make_private_folder(const std::string& path) {
  if (::mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST)
    return fail(ErrorKind::Internal, path + " cannot be made: " + describe_errno(errno));
  struct stat about{};
  if (::lstat(path.c_str(), &about) != 0)
    return fail(ErrorKind::Internal, path + " cannot be read: " + describe_errno(errno));
  const bool is_ours = S_ISDIR(about.st_mode) && about.st_uid == ::geteuid();
  if (!is_ours || (about.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fail(ErrorKind::Refused, path + " is not a folder that only you may write to");
  return {};
}

}  // namespace tlscore
