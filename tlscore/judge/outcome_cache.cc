// Memory first, then the store; both with the same bounds on lifetimes.
#include "tlscore/judge/outcome_cache.h"

#include <algorithm>

namespace tlscore::judge {

OutcomeCache::OutcomeCache(OutcomeSecret secret, std::chrono::seconds ttl_max,
                           std::unique_ptr<OutcomeStore> store)
    : m_secret(std::move(secret)), m_ttl_max(ttl_max), m_store(std::move(store)) {}

Task<std::vector<std::optional<Outcome>>> OutcomeCache::find(std::vector<Wanted> wanted,
                                                             std::chrono::sys_seconds now, Cancel& cancel) {
  Found found;
  for (const Wanted& one : wanted) found.push_back(m_memory.find(one.key, now));
  const bool has_all = std::ranges::all_of(found, [](const auto& outcome) { return outcome.has_value(); });
  if (m_store && !has_all) co_await find_shared(wanted, now, found, cancel);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    OutcomeCounts& counts = m_counts[wanted[i].assessor];
    ++(found[i] ? counts.hits : counts.misses);
  }
  co_return found;
}

Task<void> OutcomeCache::find_shared(const std::vector<Wanted>& wanted, std::chrono::sys_seconds now,
                                     Found& found, Cancel& cancel) {
  std::vector<OutcomeKey> keys;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (found[i]) continue;
    keys.push_back(wanted[i].key);
    places.push_back(i);
  }
  std::vector<Bytes> entries = co_await m_store->get(std::move(keys), cancel);
  for (std::size_t i = 0; i < places.size() && i < entries.size(); ++i) {
    const Wanted& one = wanted[places[i]];
    if (entries[i].empty()) continue;
    auto outcome = open(one.key, entries[i], now);
    if (!outcome) continue;
    ++m_counts[one.assessor].shared_hits;
    m_memory.keep(one.key, *outcome);
    found[places[i]] = std::move(outcome);
  }
}

std::optional<Outcome> OutcomeCache::open(const OutcomeKey& key, ByteView entry,
                                          std::chrono::sys_seconds now) {
  auto outcome = read_outcome(m_secret, key, entry);
  if (!outcome) {
    m_store->refuse(key);
    return std::nullopt;
  }
  // Later than we would have written it: another machine's clock, or ours was set back.
  const bool is_too_long = outcome->expires > now + m_ttl_max;
  if (outcome->expires <= now || is_too_long) return std::nullopt;
  return *std::move(outcome);
}

void OutcomeCache::keep(const OutcomeKey& key, Outcome outcome, std::chrono::sys_seconds now) {
  const auto longest = outcome.verdict == Verdict::Fail ? std::min(m_ttl_max, kFailLifetime) : m_ttl_max;
  outcome.expires = std::min(outcome.expires, now + longest);
  if (outcome.expires <= now) return;
  auto entry = write_outcome(m_secret, key, outcome);
  if (!entry) return;
  if (m_store) m_store->set(key, std::move(*entry), outcome.expires - now);
  m_memory.keep(key, std::move(outcome));
}

std::vector<OutcomeServerState> OutcomeCache::servers() const {
  return m_store ? m_store->servers() : std::vector<OutcomeServerState>();
}

}  // namespace tlscore::judge
