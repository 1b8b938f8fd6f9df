// Work that several connections want at the same time is done once: for whoever came first, and the others
// get its outcome.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tlscore/base/future.h"
#include "tlscore/base/task.h"

namespace proxy {

/// T can be copied. Loop's thread only; it outlives its tasks.
template <class T>
class SharedWork {
 public:
  using Job = std::function<tlscore::Task<tlscore::Result<T>>()>;

  explicit SharedWork(tlscore::EventLoop& loop) : m_loop(loop) {}

  /// The outcome of `job`, or of one for the same `key` that runs already. `cancel` is also what ends `job`;
  /// when that happens, one of those who wait does the work with a job of its own. Fails with the reason of
  /// `cancel`, and as the job does.
  tlscore::Task<tlscore::Result<T>> run(std::string key, Job job, tlscore::Cancel& cancel) {
    for (auto running = m_running.find(key); running != m_running.end(); running = m_running.find(key)) {
      const tlscore::Promise<Outcome> ended(m_loop);
      running->second.push_back(ended);
      auto outcome = co_await ended.wait(cancel);
      if (!outcome) co_return tlscore::fail(outcome.error());
      if (*outcome) co_return std::move(**outcome);
    }
    m_running.try_emplace(key);
    auto result = co_await job();
    const auto waiting = std::move(m_running.extract(key).mapped());
    const bool was_cancelled = !result && cancel.requested();
    const Outcome outcome = was_cancelled ? Outcome() : Outcome(result);
    for (const auto& each : waiting) each.settle(outcome);
    co_return result;
  }

 private:
  using Outcome = std::optional<tlscore::Result<T>>;  ///< None: whoever did it was cancelled.

  tlscore::EventLoop& m_loop;
  std::map<std::string, std::vector<tlscore::Promise<Outcome>>> m_running;
};

}  // namespace proxy
