// What logind tells of this user, over D-Bus: that the machine is about to sleep, that his screen was locked,
// and whether he is the one who sits at a seat.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "tlscore/base/event_loop.h"
#include "tlscore/base/unique_fd.h"

struct sd_bus_message;

namespace udev {

class BusConnection;

/// Reports until it is destroyed, or the system bus ends. On the loop's thread.
class LogindWatcher {
 public:
  struct Listener {
    /// The machine is about to sleep. It does when `go_on` is destroyed, or after logind's own limit
    /// (InhibitDelayMaxSec, 5 s).
    std::function<void(std::shared_ptr<void> go_on)> on_suspend;
    /// A session of this user's was locked, or its screen.
    std::function<void()> on_screen_lock;
    /// False: none of this user's sessions is active any more, he has logged out, or another user has the
    /// seat. True: one is again. Nobody is away who has no session and had none.
    std::function<void(bool is_here)> on_presence;
  };

  /// Connects to the system bus, and waits no longer than `patience` for what logind says of this user now:
  /// who is away at the start is so before this returns. Fails with NotFound where there is no bus: then
  /// nobody tells of any of this.
  static tlscore::Result<std::unique_ptr<LogindWatcher>> start(tlscore::EventLoop& loop, Listener listener,
                                                               std::chrono::milliseconds patience);
  ~LogindWatcher();
  LogindWatcher(const LogindWatcher&) = delete;
  LogindWatcher& operator=(const LogindWatcher&) = delete;

 private:
  struct Calls;  // what libsystemd calls

  explicit LogindWatcher(Listener listener);
  tlscore::Result<void> set_up(tlscore::EventLoop& loop);
  void end();
  void ask_for_delay();
  void ask_whose_session(const char* path);
  void ask_for_state();
  [[nodiscard]] bool is_from_logind(sd_bus_message* message) const;
  void take_delay(sd_bus_message* reply);
  void take_sleep(sd_bus_message* signal);
  void take_lock(sd_bus_message* signal);
  void take_change(sd_bus_message* signal);
  void take_session_end(sd_bus_message* signal);
  void take_owner(sd_bus_message* signal);
  void take_user(sd_bus_message* reply);
  void take_state(sd_bus_message* reply);

  Listener m_listener;
  std::string m_logind;       ///< Its unique name; empty until it has answered.
  tlscore::UniqueFd m_delay;  ///< While it is open, a suspend waits.
  bool m_has_looked = false;  ///< It has told of this user, or is not there.
  bool m_was_active = false;  ///< At any look.
  bool m_is_away = false;     ///< At the last one.
  std::unique_ptr<BusConnection> m_bus;
};

}  // namespace udev
