// One memcached server, on a thread of its own: asked only while it does well.
#pragma once

#include <functional>
#include <memory>

#include "tlscore/base/event_loop.h"
#include "tlscore/judge/outcome_store.h"

namespace tlscore::judge {

/// A circuit breaker: after kMostFailures in a row, or kMostLies, the server is not asked for a while, which
/// doubles with each time up to kLongestPause; then one question that nobody waits for tells whether it does
/// well again. Loop's thread only; the loop outlives it.
class OutcomeServer {
 public:
  static constexpr int kMostFailures = 2;
  static constexpr int kMostLies = 3;
  static constexpr std::chrono::milliseconds kFirstPause{500};
  static constexpr std::chrono::milliseconds kLongestPause{60000};
  static constexpr std::size_t kMostGets = 32;   ///< Under way; further ones find nothing.
  static constexpr std::size_t kMostSets = 256;  ///< Waiting; further ones are dropped.

  /// Connects when it is first asked.
  OutcomeServer(EventLoop& loop, const std::string& host, std::uint16_t port);
  /// Waits a moment for what is under way.
  ~OutcomeServer();
  OutcomeServer(const OutcomeServer&) = delete;
  OutcomeServer& operator=(const OutcomeServer&) = delete;

  using OnValues = std::move_only_function<void(std::vector<Bytes> values)>;

  /// Asks; `on_values` is called from the loop, with one value for each key, or with none when the server
  /// fails. Returns false, and does not ask, while the server is paused or has too much to do.
  bool get(std::vector<std::string> keys, OnValues on_values);
  void set(std::string key, Bytes value, std::chrono::seconds lifetime);

  /// The one who asked waits no longer.
  void too_late();
  /// What it gave was no entry of ours.
  void refuse();

  [[nodiscard]] OutcomeServerState state() const;

 private:
  struct Thread;
  struct State;

  std::shared_ptr<State> m_state;
};

}  // namespace tlscore::judge
