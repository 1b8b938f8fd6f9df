// Tells when the machine is about to sleep, and makes it wait until that has been answered (logind, over
// D-Bus).
#pragma once

#include <functional>
#include <memory>

#include "tlscore/base/descriptor_watch.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/base/unique_fd.h"

namespace udev {

/// Reports until it is destroyed, or the system bus ends. On the loop's thread.
class SuspendWatcher {
 public:
  /// Called when the machine is about to sleep. It sleeps when `go_on` is called or destroyed, or after
  /// logind's own limit (InhibitDelayMaxSec, 5 s).
  using OnSuspend = std::function<void(std::shared_ptr<void> go_on)>;

  /// Connects to the system bus, which is local and answers at once. Fails with NotFound where there is none:
  /// then nobody tells of suspend.
  static tlscore::Result<std::unique_ptr<SuspendWatcher>> start(tlscore::EventLoop& loop,
                                                                OnSuspend on_suspend);
  ~SuspendWatcher();
  SuspendWatcher(const SuspendWatcher&) = delete;
  SuspendWatcher& operator=(const SuspendWatcher&) = delete;

 private:
  struct Bus;  // what libsystemd made, and what it calls

  explicit SuspendWatcher(OnSuspend on_suspend);
  tlscore::Result<void> set_up(tlscore::EventLoop& loop);
  void process();
  void ask_for_delay();
  void prepare_for_sleep(bool begins);

  OnSuspend m_on_suspend;
  tlscore::UniqueFd m_delay;  ///< While it is open, a suspend waits.
  std::unique_ptr<Bus> m_bus;
  std::unique_ptr<tlscore::DescriptorWatch> m_watch;
};

}  // namespace udev
