// One signal, and the descriptor that delays it.
#include "udev/suspend_watcher.h"

#include <fcntl.h>
#include <systemd/sd-bus.h>

#include "tlscore/base/c_handle.h"
#include "tlscore/base/log.h"

namespace udev {

using namespace tlscore;

namespace {

constexpr const char* kService = "org.freedesktop.login1";
constexpr const char* kPath = "/org/freedesktop/login1";
constexpr const char* kInterface = "org.freedesktop.login1.Manager";

}  // namespace

struct SuspendWatcher::Bus {
  CHandle<sd_bus, sd_bus_close_unref> handle;

  static int on_prepare_for_sleep(sd_bus_message* message, void* self, sd_bus_error* error) noexcept;
  static int on_delay_granted(sd_bus_message* message, void* self, sd_bus_error* error) noexcept;
};

SuspendWatcher::SuspendWatcher(OnSuspend on_suspend) : m_on_suspend(std::move(on_suspend)) {}

SuspendWatcher::~SuspendWatcher() = default;

Result<std::unique_ptr<SuspendWatcher>> SuspendWatcher::start(EventLoop& loop, OnSuspend on_suspend) {
  std::unique_ptr<SuspendWatcher> watcher(new SuspendWatcher(std::move(on_suspend)));
  TRY(watcher->set_up(loop));
  return watcher;
}

Result<void> SuspendWatcher::set_up(EventLoop& loop) {
  sd_bus* bus = nullptr;
  if (::sd_bus_open_system(&bus) < 0)
    return fail(ErrorKind::NotFound,
                "there is no system bus: nobody will tell when the machine goes to sleep");
  m_bus = std::make_unique<Bus>(Bus{CHandle<sd_bus, sd_bus_close_unref>(bus)});
  const int matched = ::sd_bus_match_signal_async(
      bus, nullptr, kService, kPath, kInterface, "PrepareForSleep", Bus::on_prepare_for_sleep, nullptr, this);
  if (matched < 0) return fail(ErrorKind::Internal, "the system bus cannot be listened to");
  ask_for_delay();
  m_watch = TRY(DescriptorWatch::create(loop, ::sd_bus_get_fd(bus), DescriptorWatch::For::Reading,
                                        [this] { process(); }));
  return {};
}

void SuspendWatcher::process() {
  int done = 1;
  while (done > 0) done = ::sd_bus_process(m_bus->handle.get(), nullptr);
  if (done == 0) return;
  tlscore::log(LogLevel::Warning, "the system bus has ended: nobody tells when the machine goes to sleep");
  m_watch.reset();
  m_delay.reset();
}

void SuspendWatcher::ask_for_delay() {
  sd_bus* const bus = m_bus->handle.get();
  const int asked =
      ::sd_bus_call_method_async(bus, nullptr, kService, kPath, kInterface, "Inhibit", Bus::on_delay_granted,
                                 this, "ssss", "sleep", "Latchkey", "The token forgets its PIN", "delay");
  if (asked >= 0) static_cast<void>(::sd_bus_flush(bus));
}

int SuspendWatcher::Bus::on_delay_granted(sd_bus_message* message, void* self,
                                          sd_bus_error* /*error*/) noexcept {
  int fd = -1;
  if (::sd_bus_message_is_method_error(message, nullptr) == 0 &&
      ::sd_bus_message_read(message, "h", &fd) > 0) {
    static_cast<SuspendWatcher*>(self)->m_delay.reset(
        ::fcntl(fd, F_DUPFD_CLOEXEC, 0));  // the message owns its own
  }
  return 0;
}

int SuspendWatcher::Bus::on_prepare_for_sleep(sd_bus_message* message, void* self,
                                              sd_bus_error* /*error*/) noexcept {
  int begins = 0;
  if (::sd_bus_message_read(message, "b", &begins) > 0)
    static_cast<SuspendWatcher*>(self)->prepare_for_sleep(begins != 0);
  return 0;
}

void SuspendWatcher::prepare_for_sleep(bool begins) {
  if (begins) {
    m_on_suspend(std::make_shared<UniqueFd>(std::move(m_delay)));
  } else {
    ask_for_delay();
  }
}

}  // namespace udev
