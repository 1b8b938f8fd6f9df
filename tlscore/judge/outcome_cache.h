// What assessors found, remembered: in memory, and where one is set in a store that others share.
//
// Not for sessions of TLS (tls/session_store.h), which are resumed without a judgement.
#pragma once

#include <map>
#include <memory>

#include "tlscore/judge/outcome_memory.h"
#include "tlscore/judge/outcome_store.h"

namespace tlscore::judge {

/// How often outcomes were there. A miss is an assessor that was asked.
struct OutcomeCounts {
  std::uint64_t hits = 0;
  std::uint64_t shared_hits = 0;  ///< Those of the hits that came from the store.
  std::uint64_t misses = 0;
};

/// Loop's thread only. Outlives the tasks of it.
class OutcomeCache {
 public:
  /// `ttl_max` zero: nothing is remembered. `store` may be null.
  OutcomeCache(OutcomeSecret secret, std::chrono::seconds ttl_max, std::unique_ptr<OutcomeStore> store);

  struct Wanted {
    OutcomeKey key;
    std::string assessor;  ///< For the counts.
  };

  [[nodiscard]] OutcomeKey key_of(const OutcomeQuestion& question) const { return m_secret.key_of(question); }

  /// One answer for each, and nothing in it where the outcome is not there, is not sound, or has expired by
  /// `now`. Waits at most OutcomeStore::kMaxDelay for all of them.
  [[nodiscard]] Task<std::vector<std::optional<Outcome>>> find(std::vector<Wanted> wanted,
                                                               std::chrono::sys_seconds now, Cancel& cancel);

  /// Remembers an outcome that was found at `now` until it expires, `ttl_max` at most; a Fail for
  /// kFailLifetime at most. Never waits.
  void keep(const OutcomeKey& key, Outcome outcome, std::chrono::sys_seconds now);

  /// By assessor.
  [[nodiscard]] const std::map<std::string, OutcomeCounts>& counts() const { return m_counts; }
  [[nodiscard]] std::size_t remembered() const { return m_memory.size(); }
  /// Of the store; empty: there is none.
  [[nodiscard]] std::vector<OutcomeServerState> servers() const;

 private:
  using Found = std::vector<std::optional<Outcome>>;
  Task<void> find_shared(const std::vector<Wanted>& wanted, std::chrono::sys_seconds now, Found& found,
                         Cancel& cancel);
  [[nodiscard]] std::optional<Outcome> open(const OutcomeKey& key, ByteView entry,
                                            std::chrono::sys_seconds now);

  OutcomeSecret m_secret;
  std::chrono::seconds m_ttl_max;
  OutcomeMemory m_memory;
  std::unique_ptr<OutcomeStore> m_store;
  std::map<std::string, OutcomeCounts> m_counts;
};

/// How a judgement may use what is remembered.
struct Remembered {
  std::shared_ptr<OutcomeCache> cache{};  ///< Null: nothing is, and nothing will be.
  bool fresh = false;                     ///< Every assessor is asked; what they find is remembered.
};

}  // namespace tlscore::judge
