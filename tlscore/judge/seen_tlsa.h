// For which servers secure TLSA records were seen of late: whoever keeps DNSSEC from us shall not be able to
// do so unnoticed.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace tlscore::judge {

/// By the name of the records, like "_443._tcp.party.example" (RFC 6698, section 3), folded: when they were
/// seen last.
using SeenEntries = std::map<std::string, std::chrono::sys_seconds, std::less<>>;

/// Reads lines of "NAME RFC3339". A line that is something else is left out, and so is what comes after
/// SeenTlsa::kMaxEntries: of a damaged file remains what can be read.
[[nodiscard]] SeenEntries parse_seen_entries(std::string_view text);

/// As parse_seen_entries reads it.
[[nodiscard]] std::string to_text(const SeenEntries& entries);

/// A table in memory, and a file that keeps it. One thread's, and one process's. When the file cannot be
/// written the log says so, once, and what is in memory counts on.
class SeenTlsa {
 public:
  static constexpr std::chrono::days kLifetime{30};
  /// Beyond that, who was seen longest ago is forgotten.
  static constexpr std::size_t kMaxEntries = 4096;

  /// Reads `path`, in a folder that exists; where there is no file, or none that can be read, the table is
  /// empty. The file is written anew as a whole, with mode 0600. With an empty `path` nothing is kept.
  [[nodiscard]] static std::unique_ptr<SeenTlsa> open(std::string path);

  /// Within kLifetime before `now`. A time to come counts as well: some clock was wrong.
  [[nodiscard]] bool was_seen(std::string_view name, std::chrono::sys_seconds now) const;

  /// They are there. Writes the file where it knows nothing of that, or what it knows is a day old.
  void note(const std::string& name, std::chrono::sys_seconds now);

  /// It is securely known that they are there no more. Writes the file where it says otherwise.
  void forget(std::string_view name);

 private:
  explicit SeenTlsa(std::string path) : m_path(std::move(path)) {}

  void save();

  std::string m_path;
  SeenEntries m_entries;
  bool m_complained = false;
};

}  // namespace tlscore::judge
