// An address, and names behind it, on each line.
#include "proxy/hosts_file.h"

#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "tlscore/base/bytes.h"

namespace proxy {
namespace {

constexpr off_t kMaxBytes = off_t{8} << 20U;
constexpr std::string_view kBlank = " \t\r";

/// The next word of `line`, which then begins behind it; empty at its end.
std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(kBlank));
  line.remove_prefix(word.size());
  return word;
}

}  // namespace

std::set<std::string, std::less<>> parse_hosts_file(std::string_view text) {
  std::set<std::string, std::less<>> names;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = line.substr(0, line.find('#'));
    if (take_word(line).empty()) continue;  // the address
    for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
      if (word.ends_with('.')) word.remove_suffix(1);
      names.insert(tlscore::to_lower(word));
    }
  }
  return names;
}

bool HostsFile::lists(std::string_view name) {
  read_if_changed();
  return m_names.contains(name);
}

void HostsFile::read_if_changed() {
  struct stat now{};
  if (::stat(m_path.c_str(), &now) != 0) {
    m_names.clear();
    m_bytes = -1;
    return;
  }
  const bool same = now.st_size == m_bytes && now.st_ino == m_inode &&
                    now.st_mtim.tv_sec == m_changed.tv_sec && now.st_mtim.tv_nsec == m_changed.tv_nsec;
  if (same) return;
  m_bytes = now.st_size;
  m_inode = now.st_ino;
  m_changed = now.st_mtim;
  m_names.clear();
  if (now.st_size > kMaxBytes) return;
  std::ifstream file(m_path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  m_names = parse_hosts_file(text);
}

}  // namespace proxy
