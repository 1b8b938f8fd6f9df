// /proc/PID/status for name and owner, /proc/PID/fd for what is open.
#include "tlscore/token/process_table.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <memory>
#include <optional>
#include <string_view>

#include "tlscore/base/c_handle.h"
#include "tlscore/base/unique_fd.h"

namespace tlscore::token {
namespace {

using Folder = CHandle<DIR, ::closedir>;

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The first word behind "Name:" at a line's begin.
std::string_view field(std::string_view text, std::string_view name) {
  const std::size_t begin = text.starts_with(name) ? 0 : text.find("\n" + std::string(name));
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + name.size() + (begin == 0 ? 0 : 1));
  text.remove_prefix(std::min(text.find_first_not_of("\t "), text.size()));
  return text.substr(0, text.find_first_of("\t\n"));
}

std::string first_page_of(const std::string& path) {
  std::string text(4096, '\0');
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const ssize_t size = file ? ::read(file.get(), text.data(), text.size()) : 0;
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return text;
}

std::optional<std::string> link_target(int folder, const char* name) {
  std::array<char, PATH_MAX> target{};
  const ssize_t size = ::readlinkat(folder, name, target.data(), target.size());
  if (size <= 0) return std::nullopt;
  return std::string(target.data(), static_cast<std::size_t>(size));
}

void read_open_files(Process& process, const std::string& path, const std::vector<std::string>& wanted) {
  const Folder folder(::opendir(path.c_str()));
  if (!folder) return;
  process.is_hidden = false;
  std::size_t left = kMaxDescriptors;
  for (const dirent* entry = ::readdir(folder.get()); entry != nullptr && left > 0;
       entry = ::readdir(folder.get()), --left) {
    auto target = link_target(::dirfd(folder.get()), entry->d_name);
    if (target && std::ranges::find(wanted, *target) != wanted.end())
      process.open.push_back(std::move(*target));
  }
}

}  // namespace

std::vector<Process> read_processes(const std::string& proc, const std::vector<std::string>& wanted) {
  std::vector<Process> found;
  const Folder folder(::opendir(proc.c_str()));
  if (!folder) return found;
  for (const dirent* entry = ::readdir(folder.get()); entry != nullptr && found.size() < kMaxProcesses;
       entry = ::readdir(folder.get())) {
    const auto pid = number_in<int>(entry->d_name);
    if (!pid) continue;
    const std::string path = proc + "/" + entry->d_name;
    const std::string status = first_page_of(path + "/status");
    const auto owner = number_in<uid_t>(field(status, "Uid:"));
    if (!owner) continue;
    Process process{.pid = *pid, .owner = *owner, .name = std::string(field(status, "Name:"))};
    read_open_files(process, path + "/fd", wanted);
    found.push_back(std::move(process));
  }
  return found;
}

}  // namespace tlscore::token
