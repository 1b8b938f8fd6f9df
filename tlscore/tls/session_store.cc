// A list, newest first.
#include "tlscore/tls/session_store.h"

#include <algorithm>

namespace tlscore::tls {

std::optional<SessionStore::Entry> SessionStore::take(const std::string& key, Moment now) {
  drop_expired(now);
  const auto found = std::ranges::find(m_kept, key, &Kept::key);
  if (found == m_kept.end()) return std::nullopt;
  Entry entry = found->entry;
  if (entry.session->single_use()) m_kept.erase(found);
  return entry;
}

void SessionStore::keep(const std::string& key, Entry entry, std::uint64_t generation, Moment now) {
  if (generation != m_generation) return;
  if (!entry.session->single_use()) drop(key);
  m_kept.push_front({key, std::move(entry)});
  drop_expired(now);
  keep_bounds(key);
}

void SessionStore::drop(const std::string& key) {
  std::erase_if(m_kept, [&key](const Kept& kept) { return kept.key == key; });
}

void SessionStore::forget() {
  m_kept.clear();
  ++m_generation;
}

void SessionStore::drop_expired(Moment now) {
  std::erase_if(m_kept, [now](const Kept& kept) {
    const SessionOrigin& origin = *kept.entry.origin;
    return kept.entry.session->expires() <= now.steady || origin.expires <= now.steady ||
           origin.judgement.expires <= now.calendar;
  });
}

void SessionStore::keep_bounds(const std::string& key) {
  std::size_t of_key = 0;
  std::erase_if(m_kept, [&](const Kept& kept) { return kept.key == key && ++of_key > kPerKey; });
  if (m_kept.size() > kInAll) m_kept.pop_back();
}

}  // namespace tlscore::tls
