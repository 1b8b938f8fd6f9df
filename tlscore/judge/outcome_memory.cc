// A list in the order of use, and where in it each key stands.
#include "tlscore/judge/outcome_memory.h"

namespace tlscore::judge {
namespace {

std::size_t bytes_of(const Outcome& outcome) {
  std::size_t size = outcome.reason.size();
  for (const std::string& text : outcome.texts) size += text.size();
  return size;
}

}  // namespace

std::optional<Outcome> OutcomeMemory::find(const OutcomeKey& key, std::chrono::sys_seconds now) {
  const auto place = m_places.find(key);
  if (place == m_places.end()) return std::nullopt;
  const auto entry = place->second;
  if (entry->second.expires <= now) {
    forget(entry);
    return std::nullopt;
  }
  m_entries.splice(m_entries.begin(), m_entries, entry);
  return entry->second;
}

void OutcomeMemory::keep(const OutcomeKey& key, Outcome outcome) {
  if (const auto place = m_places.find(key); place != m_places.end()) forget(place->second);
  m_bytes += bytes_of(outcome);
  m_entries.emplace_front(key, std::move(outcome));
  m_places.emplace(key, m_entries.begin());
  while (m_places.size() > kMaxOutcomes || m_bytes > kMaxBytes) forget(std::prev(m_entries.end()));
}

void OutcomeMemory::forget(Entries::iterator entry) {
  m_bytes -= bytes_of(entry->second);
  m_places.erase(entry->first);
  m_entries.erase(entry);
}

}  // namespace tlscore::judge
