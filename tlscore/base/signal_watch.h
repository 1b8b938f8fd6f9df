// Signals of this process, as callbacks of an event loop.
#pragma once

#include <functional>
#include <initializer_list>
#include <vector>

#include "tlscore/base/event_loop.h"

namespace tlscore {

/// From its making to its end these signals do nothing but call back; after it they do what they did before.
/// One watch in a process for each signal.
class SignalWatch {
 public:
  using Callback = std::function<void(int number)>;

  SignalWatch() = default;
  /// Calls back on the loop's thread, never from in here. Fails with Internal without memory.
  [[nodiscard]] Result<void> start(EventLoop& loop, std::initializer_list<int> numbers, Callback on_signal);

  ~SignalWatch() = default;
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  SignalWatch(SignalWatch&&) = delete;
  SignalWatch& operator=(SignalWatch&&) = delete;

 private:
  Callback m_on_signal;
  std::vector<Event> m_events;
};

}  // namespace tlscore
