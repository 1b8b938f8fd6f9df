// Outcomes in this process's memory: bounded, the least recently used goes first.
#pragma once

#include <list>
#include <map>

#include "tlscore/judge/outcome_entry.h"

namespace tlscore::judge {

/// Loop's thread only.
class OutcomeMemory {
 public:
  static constexpr std::size_t kMaxOutcomes = 4096;
  static constexpr std::size_t kMaxBytes = std::size_t{4} << 20U;  ///< Of reasons and texts.

  /// Nothing also where it has expired by `now`; then it is forgotten.
  [[nodiscard]] std::optional<Outcome> find(const OutcomeKey& key, std::chrono::sys_seconds now);
  /// In place of what is there.
  void keep(const OutcomeKey& key, Outcome outcome);

  [[nodiscard]] std::size_t size() const { return m_places.size(); }

 private:
  using Entries = std::list<std::pair<OutcomeKey, Outcome>>;
  void forget(Entries::iterator entry);

  Entries m_entries;  // the most recently used first
  std::map<OutcomeKey, Entries::iterator> m_places;
  std::size_t m_bytes = 0;
};

}  // namespace tlscore::judge
