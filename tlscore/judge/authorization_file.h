// A file with a list of peers as it is now: read again when it has changed.
#pragma once

#include <sys/stat.h>

#include <chrono>
#include <string>

#include "tlscore/judge/authorization_list.h"

namespace tlscore::judge {

/// Looks at the file's device, inode, size and time of change whenever it is asked, which costs one system
/// call. While the file cannot be read nobody can be told, and the log says why, once.
class PeerFile {
 public:
  /// Fails as PeerList::parse does, and with NotFound where the file cannot be read; the sentence names it.
  static Result<PeerFile> open(std::string path);

  /// Looks, and answers. Fails as open() does.
  [[nodiscard]] Result<bool> contains(const Peer& peer);

 private:
  /// What tells one state of the file from another.
  struct Mark {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::chrono::nanoseconds changed{};

    friend bool operator==(const Mark&, const Mark&) = default;
  };

  explicit PeerFile(std::string path) : m_path(std::move(path)) {}
  [[nodiscard]] Mark look() const;
  Result<void> read(const Mark& mark);

  std::string m_path;
  Mark m_mark;
  bool m_is_settled = false;  ///< It was read long enough after its last change: the mark tells all.
  Result<PeerList> m_list;
};

}  // namespace tlscore::judge
