// Where outcomes lie that several processes share.
#pragma once

#include "tlscore/judge/outcome_key.h"

namespace tlscore::judge {

/// How one server of a store does.
struct OutcomeServerState {
  std::string server;    ///< HOST:PORT
  std::string state;     ///< "up", "paused": it is not asked for a while. Stable: it stands in JSON.
  std::string reason{};  ///< Why it is paused, as a clause.
  std::uint64_t asked = 0;
  std::uint64_t failed = 0;   ///< Times that it was dead or slow.
  std::uint64_t refused = 0;  ///< Entries of it that were none.
};

/// Loop's thread only. Believed in nothing: what it gives is checked, when it fails there is nothing.
class OutcomeStore {
 public:
  /// What a judgement may lose to a store, at most.
  static constexpr std::chrono::milliseconds kMaxDelay{25};

  OutcomeStore() = default;
  virtual ~OutcomeStore() = default;
  OutcomeStore(const OutcomeStore&) = delete;
  OutcomeStore& operator=(const OutcomeStore&) = delete;

  /// One value for each key, empty where there is none in time. Waits no longer than kMaxDelay.
  [[nodiscard]] virtual Task<std::vector<Bytes>> get(std::vector<OutcomeKey> keys, Cancel& cancel) = 0;
  /// Returns at once; whether it is stored is not told.
  virtual void set(const OutcomeKey& key, Bytes entry, std::chrono::seconds lifetime) = 0;
  /// What get() gave for this key was no entry of ours.
  virtual void refuse(const OutcomeKey& key) = 0;
  [[nodiscard]] virtual std::vector<OutcomeServerState> servers() const = 0;
};

}  // namespace tlscore::judge
