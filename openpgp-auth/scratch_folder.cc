// mkdtemp, and the way back.
#include "openpgp-auth/scratch_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace openpgp_auth {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

Result<ScratchFolder> ScratchFolder::create(const std::string& parent, const std::string& name) {
  std::string path = parent + "/" + name + "-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    return fail(ErrorKind::Internal, "cannot make a folder in " + parent + ": " + std::strerror(errno));
  }
  return ScratchFolder(std::move(path));
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept : m_path(std::exchange(other.m_path, {})) {}

ScratchFolder& ScratchFolder::operator=(ScratchFolder&& other) noexcept {
  if (this != &other) {
    remove();
    m_path = std::exchange(other.m_path, {});
  }
  return *this;
}

void ScratchFolder::remove() noexcept {
  if (m_path.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(m_path, ignored);
}

}  // namespace openpgp_auth
