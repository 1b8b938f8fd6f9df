// Which names this machine has fixed in /etc/hosts: the DNS is not asked for what is proven of them.
#pragma once

#include <sys/types.h>

#include <ctime>
#include <set>
#include <string>
#include <string_view>

namespace proxy {

/// The names in the text of a hosts(5) file, folded, without a final dot.
[[nodiscard]] std::set<std::string, std::less<>> parse_hosts_file(std::string_view text);

/// Reads the file again when it has changed. A file that is not there, or is larger than 8 MiB, lists
/// nothing.
class HostsFile {
 public:
  explicit HostsFile(std::string path = "/etc/hosts") : m_path(std::move(path)) {}

  /// `name` is folded, without a final dot.
  [[nodiscard]] bool lists(std::string_view name);

 private:
  void read_if_changed();

  std::string m_path;
  timespec m_changed{};
  off_t m_bytes = -1;
  ino_t m_inode = 0;
  std::set<std::string, std::less<>> m_names;
};

}  // namespace proxy
