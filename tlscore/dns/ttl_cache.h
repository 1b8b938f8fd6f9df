// Remembers answers until they expire, and no more of them than it was told.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <utility>

namespace tlscore::dns {

/// Beyond `capacity` the entry goes that was not asked for the longest. One thread.
template <class Key, class Value>
class TtlCache {
 public:
  explicit TtlCache(std::size_t capacity) : m_capacity(capacity) {}

  /// A copy of what is kept, unless it has expired.
  [[nodiscard]] std::optional<Value> find(const Key& key, std::chrono::sys_seconds now) {
    const auto found = m_places.find(key);
    if (found == m_places.end()) return std::nullopt;
    if (found->second->expires <= now) {
      m_entries.erase(found->second);
      m_places.erase(found);
      return std::nullopt;
    }
    m_entries.splice(m_entries.begin(), m_entries, found->second);
    return found->second->value;
  }

  void keep(const Key& key, Value value, std::chrono::sys_seconds expires) {
    if (const auto found = m_places.find(key); found != m_places.end()) {
      m_entries.erase(found->second);
      m_places.erase(found);
    }
    m_entries.push_front(Entry{key, std::move(value), expires});
    m_places.emplace(key, m_entries.begin());
    if (m_entries.size() <= m_capacity) return;
    m_places.erase(m_entries.back().key);
    m_entries.pop_back();
  }

  [[nodiscard]] std::size_t size() const { return m_entries.size(); }

 private:
  struct Entry {
    Key key;
    Value value;
    std::chrono::sys_seconds expires;
  };

  std::size_t m_capacity;
  std::list<Entry> m_entries;  // the last one asked for comes first
  std::map<Key, typename std::list<Entry>::iterator> m_places;
};

}  // namespace tlscore::dns
