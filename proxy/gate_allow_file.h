// An allow file as it is now: read again when it has changed.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <string>

#include "proxy/gate_allow_list.h"

namespace proxy {

/// Looks at the file's device, inode, size and time of change whenever it is asked, which costs one system
/// call. While the file cannot be read nobody is allowed, and the log says why, once.
class AllowFile {
 public:
  /// Fails as AllowList::parse does, and with NotFound where the file cannot be read; the sentence names it.
  static tlscore::Result<AllowFile> open(std::string path);

  /// Looks, and answers.
  [[nodiscard]] bool allows(const GateClient& client);

 private:
  /// What tells one state of the file from another.
  struct Mark {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::chrono::nanoseconds changed{};

    friend bool operator==(const Mark&, const Mark&) = default;
  };

  explicit AllowFile(std::string path) : m_path(std::move(path)) {}
  [[nodiscard]] Mark look() const;
  tlscore::Result<void> read(const Mark& mark);

  std::string m_path;
  Mark m_mark;
  bool m_is_settled = false;  ///< It was read long enough after its last change: the mark tells all.
  AllowList m_list;
};

}  // namespace proxy
