// One event for each signal.
#include "tlscore/base/signal_watch.h"

#include <event2/event.h>

#include <utility>

namespace tlscore {

Result<void> SignalWatch::start(EventLoop& loop, std::initializer_list<int> numbers, Callback on_signal) {
  m_on_signal = std::move(on_signal);
  for (const int number : numbers) {
    Event event(evsignal_new(
        loop.base(), number,
        [](evutil_socket_t signal, short /*what*/, void* self) noexcept {
          static_cast<SignalWatch*>(self)->m_on_signal(signal);
        },
        this));
    if (!event || event_add(event.get(), nullptr) != 0)
      return fail(ErrorKind::Internal, "signals cannot be watched");
    m_events.push_back(std::move(event));
  }
  return {};
}

}  // namespace tlscore
