// A connection to a D-Bus bus that an event loop serves: sd-bus says what it waits for, the loop waits.
//
// What is sent and received is its owner's affair.
#pragma once

#include <systemd/sd-bus.h>

#include <chrono>
#include <functional>
#include <memory>

#include "tlscore/base/c_handle.h"
#include "tlscore/base/descriptor_watch.h"
#include "tlscore/base/event_loop.h"

namespace udev {

using BusHandle = tlscore::CHandle<sd_bus, sd_bus_close_unref>;

/// Begins to connect to the user's session bus: $DBUS_SESSION_BUS_ADDRESS, where it names Unix sockets only,
/// else $XDG_RUNTIME_DIR/bus. Fails with NotFound where nobody listens there.
[[nodiscard]] tlscore::Result<BusHandle> open_session_bus();

/// Serves the bus until it is destroyed or the bus ends. Never waits for the other side, also not while it
/// connects. On the loop's thread.
class BusConnection {
 public:
  /// At most so many messages are taken before the loop's others have their turn.
  static constexpr int kMessagesPerRound = 64;

  /// `bus` was opened, and need not be connected yet. `on_end` is called once, from the loop, when the bus
  /// has gone; it may destroy the connection. What sd-bus calls back for a message may not.
  static std::unique_ptr<BusConnection> create(tlscore::EventLoop& loop, BusHandle bus, tlscore::Work on_end);

  /// For sd-bus's own functions, but for those that wait: sd_bus_call, sd_bus_flush and the like. go_on() has
  /// to follow whatever is sent.
  [[nodiscard]] sd_bus* get() { return m_bus.get(); }

  /// Serves it here and now until `holds`, and no longer than `limit`: before the loop runs, for what has to
  /// be known by then. False where it does not hold at the end.
  bool wait_until(const std::function<bool()>& holds, std::chrono::milliseconds limit);

  /// Sends what is queued as soon as the bus takes it.
  void go_on();

 private:
  BusConnection(tlscore::EventLoop& loop, BusHandle bus, tlscore::Work on_end);
  void process();
  void watch(std::unique_ptr<tlscore::DescriptorWatch>& watch, tlscore::DescriptorWatch::For what,
             bool wanted);
  void set_timer();

  tlscore::EventLoop& m_loop;
  tlscore::Work m_on_end;
  BusHandle m_bus;
  std::unique_ptr<tlscore::DescriptorWatch> m_reading;
  std::unique_ptr<tlscore::DescriptorWatch> m_writing;
  std::unique_ptr<tlscore::Timer> m_timer;
};

}  // namespace udev
