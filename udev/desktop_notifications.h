// Shows notifications on the user's desktop, and tells which of their buttons was pressed
// (org.freedesktop.Notifications, Desktop Notifications Specification 1.2, over the session bus).
//
// A notification may never be seen, so nothing may depend on one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tlscore/base/event_loop.h"
#include "udev/notification.h"

struct sd_bus_message;  // libsystemd's

namespace udev {

class BusConnection;

/// Shows until it is destroyed, which withdraws everything, or until the session bus ends. No call waits for
/// the bus or for the desktop. On the loop's thread.
class DesktopNotifications {
 public:
  /// Called from the loop, perhaps several times for one notification; may do anything but destroy what
  /// calls.
  using OnAction = std::function<void(std::uint64_t id, std::string action)>;

  /// So many are shown at a time; what is beyond is not.
  static constexpr std::size_t kMostShown = 16;
  /// So often is one sent: a desktop's server that ends each time is not followed any longer.
  static constexpr int kMostTries = 3;

  /// Begins to connect to the session bus, as open_session_bus() does, and fails with NotFound as it does.
  /// Whether somebody there shows notifications is found out when there is one.
  static tlscore::Result<std::unique_ptr<DesktopNotifications>> start(tlscore::EventLoop& loop,
                                                                      OnAction on_action);
  ~DesktopNotifications();
  DesktopNotifications(const DesktopNotifications&) = delete;
  DesktopNotifications& operator=(const DesktopNotifications&) = delete;

  /// Shows it, in place of what is shown by that `id`, which is the caller's. It stays until it is withdrawn
  /// or the user closes it. When the desktop's server begins anew, it is shown there.
  void show(std::uint64_t id, Notification notification);
  /// Takes it away. Nothing happens where there is none by that id; no action of it is told any more.
  void withdraw(std::uint64_t id);

 private:
  struct Calls;   // what libsystemd calls
  struct Shown;   // one notification, and how far it has come
  struct Server;  // the desktop's, as far as it is known

  explicit DesktopNotifications(OnAction on_action);
  tlscore::Result<void> set_up(tlscore::EventLoop& loop);
  void end();
  Shown* find(std::uint64_t id);
  Shown* find_sent(sd_bus_message* signal, std::uint32_t number);
  void forget(const Shown& shown);
  void advance(Shown& shown);
  void advance_all();
  [[nodiscard]] bool is_waiting() const;
  void send(Shown& shown);
  void close(const Shown& shown);
  void ask_capabilities();
  void take_capabilities(sd_bus_message* reply);
  void take_number(Shown& shown, sd_bus_message* reply);
  void take_owner(sd_bus_message* signal);
  void take_action(sd_bus_message* signal);
  void take_closed(sd_bus_message* signal);

  OnAction m_on_action;
  std::unique_ptr<BusConnection> m_bus;  ///< None when it has ended.
  std::vector<std::unique_ptr<Shown>> m_shown;
  std::unique_ptr<Server> m_server;
};

}  // namespace udev
