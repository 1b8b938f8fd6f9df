// One line an entry. The file is small and changes at most once a day for each server, so it is written
// whole.
#include "tlscore/judge/seen_tlsa.h"

#include <algorithm>

#include "tlscore/base/log.h"
#include "tlscore/base/private_file.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/pem.h"

namespace tlscore::judge {
namespace {

constexpr std::size_t kMaxNameBytes = 300;
constexpr std::chrono::days kFresh{1};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

bool is_name(std::string_view text) {
  return text.starts_with('_') && text.size() <= kMaxNameBytes &&
         std::ranges::all_of(text, is_name_character);
}

}  // namespace

SeenEntries parse_seen_entries(std::string_view text) {
  SeenEntries entries;
  while (!text.empty() && entries.size() < SeenTlsa::kMaxEntries) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::string_view name = line.substr(0, line.find(' '));
    if (name.size() == line.size() || !is_name(name)) continue;
    const auto time = x509::parse_rfc3339(line.substr(name.size() + 1));
    if (time) entries.insert_or_assign(std::string(name), *time);
  }
  return entries;
}

std::string to_text(const SeenEntries& entries) {
  std::string text;
  for (const auto& [name, time] : entries) text += name + " " + x509::to_rfc3339(time) + "\n";
  return text;
}

std::unique_ptr<SeenTlsa> SeenTlsa::open(std::string path) {
  std::unique_ptr<SeenTlsa> seen(new SeenTlsa(std::move(path)));
  const auto text = x509::read_file(seen->m_path);
  if (text) seen->m_entries = parse_seen_entries(*text);
  return seen;
}

bool SeenTlsa::was_seen(std::string_view name, std::chrono::sys_seconds now) const {
  const auto found = m_entries.find(name);
  return found != m_entries.end() && now - found->second < kLifetime;
}

void SeenTlsa::note(const std::string& name, std::chrono::sys_seconds now) {
  const auto found = m_entries.find(name);
  if (found != m_entries.end() && found->second <= now && now - found->second < kFresh) return;
  m_entries.insert_or_assign(name, now);
  std::erase_if(m_entries, [now](const auto& entry) { return now - entry.second >= kLifetime; });
  if (m_entries.size() > kMaxEntries)
    m_entries.erase(std::ranges::min_element(m_entries, {}, &SeenEntries::value_type::second));
  save();
}

void SeenTlsa::forget(std::string_view name) {
  const auto found = m_entries.find(name);
  if (found == m_entries.end()) return;
  m_entries.erase(found);
  save();
}

void SeenTlsa::save() {
  if (m_path.empty()) return;
  const auto written = write_private_file(m_path, as_bytes(to_text(m_entries)));
  if (!written && !m_complained)
    log(LogLevel::Warning,
        written.error().message + "; which servers have TLSA records is remembered until Latchkey stops");
  m_complained = !written;
}

}  // namespace tlscore::judge
