// A folder of our own for a while: a home for gpg that holds no secret and is gone afterwards.
#pragma once

#include <string>

#include "tlscore/base/result.h"

namespace openpgp_auth {

/// Owns a folder of mode 0700 and everything in it; destroying it removes both.
class ScratchFolder {
 public:
  /// Makes `parent`/`name`-XXXXXX. `parent` has to be there, and nobody else may write to it. Fails with
  /// Internal.
  static tlscore::Result<ScratchFolder> create(const std::string& parent, const std::string& name);
  ~ScratchFolder() { remove(); }
  ScratchFolder(ScratchFolder&& other) noexcept;
  ScratchFolder& operator=(ScratchFolder&& other) noexcept;
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return m_path; }

 private:
  explicit ScratchFolder(std::string path) : m_path(std::move(path)) {}
  void remove() noexcept;

  std::string m_path;  // empty: moved from
};

}  // namespace openpgp_auth
