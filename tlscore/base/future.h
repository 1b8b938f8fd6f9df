// The one way in which a coroutine waits: for a value that a callback will bring, with a limit in time, and
// until it is cancelled.
#pragma once

#include <chrono>
#include <coroutine>
#include <memory>
#include <optional>
#include <string>

#include "tlscore/base/cancel.h"
#include "tlscore/base/event_loop.h"

namespace tlscore {

/// How long a wait may take.
using TimeLimit = std::optional<std::chrono::milliseconds>;
inline constexpr TimeLimit kNoLimit = std::nullopt;

/// "10 s" or "300 ms", for messages.
[[nodiscard]] inline std::string describe(std::chrono::milliseconds time) {
  return time.count() % 1000 == 0 ? std::to_string(time.count() / 1000) + " s"
                                  : std::to_string(time.count()) + " ms";
}

namespace detail {

/// Shared by the one who waits and the one who brings.
template <class T>
struct FutureState {
  explicit FutureState(EventLoop& its_loop) : loop(its_loop) {}

  /// The first outcome counts. Whoever waits goes on from the loop, not from in here.
  void settle(Result<T> result) {
    if (outcome) return;
    outcome.emplace(std::move(result));
    if (waiter) loop.post([handle = std::exchange(waiter, nullptr)] { handle.resume(); });
  }

  EventLoop& loop;
  std::optional<Result<T>> outcome;
  std::coroutine_handle<> waiter;
};

}  // namespace detail

/// The bringing end. Copies bring to the same Future; only the first outcome counts, and bringing to somebody
/// who gave up does nothing. Loop's thread only.
template <class T>
class Promise {
 public:
  explicit Promise(EventLoop& loop) : m_state(std::make_shared<detail::FutureState<T>>(loop)) {}

  void settle(Result<T> result) const { m_state->settle(std::move(result)); }
  [[nodiscard]] bool settled() const { return m_state->outcome.has_value(); }

  /// Waits for the outcome. One waiter at a time. Ends with the error of `cancel` when that is requested, and
  /// with TimedOut after `limit`; the outcome of the promise is that error from then on.
  [[nodiscard]] auto wait(Cancel& cancel, TimeLimit limit = kNoLimit) const {
    return Awaiter(m_state, cancel, limit);
  }

 private:
  class Awaiter {
   public:
    Awaiter(std::shared_ptr<detail::FutureState<T>> state, Cancel& cancel, TimeLimit limit)
        : m_state(std::move(state)), m_cancel(cancel), m_limit(limit) {}

    [[nodiscard]] bool await_ready() {
      if (m_cancel.requested()) m_state->settle(fail(m_cancel.reason()));
      return m_state->outcome.has_value();
    }
    void await_suspend(std::coroutine_handle<> waiter) {
      m_state->waiter = waiter;
      auto* const state = m_state.get();  // this awaiter, and so the state, live until the waiter goes on
      m_registration = m_cancel.on_request([state](const Error& why) { state->settle(fail(why)); });
      if (!m_limit) return;
      m_timer = m_state->loop.after(*m_limit, [state, limit = *m_limit] {
        state->settle(fail(ErrorKind::TimedOut, "nothing happened for " + describe(limit)));
      });
    }
    Result<T> await_resume() { return std::move(*m_state->outcome); }

   private:
    std::shared_ptr<detail::FutureState<T>> m_state;
    Cancel& m_cancel;
    TimeLimit m_limit;
    Cancel::Registration m_registration;
    std::unique_ptr<Timer> m_timer;
  };

  std::shared_ptr<detail::FutureState<T>> m_state;
};

/// Lets everything else that is ready have its turn: `co_await yield(loop);`
[[nodiscard]] inline auto yield(EventLoop& loop) {
  struct Awaiter {
    EventLoop& loop;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) const {
      loop.post([waiter] { waiter.resume(); });
    }
    void await_resume() const noexcept {}
  };
  return Awaiter{loop};
}

}  // namespace tlscore
