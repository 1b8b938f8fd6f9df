// libudev's monitor and enumeration.
#include "udev/token_watcher.h"

// libudev has a struct of the name that this folder's namespace has; C++ does not let both be.
#define udev udev_context  // NOLINT(readability-identifier-naming)
#include <libudev.h>
#undef udev

#include <cerrno>
#include <utility>

#include "tlscore/base/c_handle.h"
#include "tlscore/base/log.h"
#include "tlscore/base/socket.h"

namespace udev {
namespace {

using tlscore::describe_errno;
using tlscore::DescriptorWatch;
using tlscore::ErrorKind;
using tlscore::EventLoop;
using tlscore::fail;
using tlscore::LogLevel;
using tlscore::Result;

using Context = tlscore::CHandle<udev_context, ::udev_unref>;
using Monitor = tlscore::CHandle<udev_monitor, ::udev_monitor_unref>;
using Device = tlscore::CHandle<udev_device, ::udev_device_unref>;
using Enumeration = tlscore::CHandle<udev_enumerate, ::udev_enumerate_unref>;

/// So that a storm of events lets other descriptors have their turn.
constexpr int kMaxEventsInARow = 64;
constexpr int kReceiveBufferBytes = 1 << 20;

std::optional<UsbToken> read_token(udev_device* device) {
  return read_usb_token(::udev_device_get_syspath(device),
                        [device](const char* name) -> std::optional<std::string_view> {
                          const char* const value = ::udev_device_get_property_value(device, name);
                          if (value == nullptr) return std::nullopt;
                          return value;
                        });
}

/// All tokens that udev knows of now.
Result<std::vector<UsbToken>> list_tokens(udev_context* context) {
  const Enumeration all(::udev_enumerate_new(context));
  if (!all || ::udev_enumerate_add_match_subsystem(all.get(), "usb") < 0 ||
      ::udev_enumerate_add_match_property(all.get(), "DEVTYPE", "usb_device") < 0) {
    return fail(ErrorKind::Internal, "USB devices cannot be listed");
  }
  if (const int status = ::udev_enumerate_scan_devices(all.get()); status < 0) {
    return fail(ErrorKind::Internal, "USB devices cannot be listed: " + describe_errno(-status));
  }
  std::vector<UsbToken> tokens;
  for (auto* entry = ::udev_enumerate_get_list_entry(all.get()); entry != nullptr;
       entry = ::udev_list_entry_get_next(entry)) {
    const Device device(::udev_device_new_from_syspath(context, ::udev_list_entry_get_name(entry)));
    if (!device) continue;  // it has gone meanwhile
    if (auto token = read_token(device.get())) tokens.push_back(std::move(*token));
  }
  return tokens;
}

/// Does an event of this kind say that the device is there?
bool says_present(std::string_view action) {
  return action == "add" || action == "change" || action == "bind" || action == "online";
}

}  // namespace

struct TokenWatcher::Libudev {
  Context context;
  Monitor monitor;
};

TokenWatcher::TokenWatcher(std::string serial, Callback on_added, Callback on_removed)
    : m_serial(std::move(serial)), m_on_added(std::move(on_added)), m_on_removed(std::move(on_removed)) {}

TokenWatcher::~TokenWatcher() = default;

Result<std::unique_ptr<TokenWatcher>> TokenWatcher::start(EventLoop& loop, std::string serial,
                                                          Callback on_added, Callback on_removed) {
  std::unique_ptr<TokenWatcher> watcher(
      new TokenWatcher(std::move(serial), std::move(on_added), std::move(on_removed)));
  TRY(watcher->set_up(loop));
  return watcher;
}

Result<void> TokenWatcher::set_up(EventLoop& loop) {
  m_libudev = std::make_unique<Libudev>();
  m_libudev->context.reset(::udev_new());
  if (!m_libudev->context) return fail(ErrorKind::Internal, "libudev does not start");
  m_libudev->monitor.reset(::udev_monitor_new_from_netlink(m_libudev->context.get(), "udev"));
  udev_monitor* const monitor = m_libudev->monitor.get();
  if (monitor == nullptr) {
    return fail(ErrorKind::Internal, "udev cannot be listened to: " + describe_errno(errno));
  }
  // Only root may have more than the system's default; who may not lists the devices again a little sooner.
  static_cast<void>(::udev_monitor_set_receive_buffer_size(monitor, kReceiveBufferBytes));
  int status = ::udev_monitor_filter_add_match_subsystem_devtype(monitor, "usb", "usb_device");
  if (status >= 0) status = ::udev_monitor_enable_receiving(monitor);
  if (status < 0) {
    return fail(ErrorKind::Internal, "udev cannot be listened to: " + describe_errno(-status));
  }
  m_watch = TRY(DescriptorWatch::create(loop, ::udev_monitor_get_fd(monitor), DescriptorWatch::For::Reading,
                                        [this] { receive(); }));
  // The monitor listens already, so nothing falls between the list and the first event.
  m_first_look = loop.after(std::chrono::milliseconds{0}, [this] { look_at_all(); });
  return {};
}

void TokenWatcher::receive() {
  for (int i = 0; i < kMaxEventsInARow; ++i) {
    errno = 0;
    const Device device(::udev_monitor_receive_device(m_libudev->monitor.get()));
    if (!device) {
      // ENOBUFS: there were more events than the socket has room for. Whatever else it is, one may be lost.
      if (errno != 0 && errno != EAGAIN && errno != EINTR) look_at_all();
      return;
    }
    take(device.get());
  }
}

void TokenWatcher::take(udev_device* event) {
  const char* const syspath = ::udev_device_get_syspath(event);
  const char* const action_text = ::udev_device_get_action(event);
  const std::string_view action = action_text == nullptr ? "" : action_text;
  if (syspath == nullptr) return;
  // The syspath is all that is sure to be there still.
  if (action == "remove") report(m_plugged.gone(syspath));
  if (!says_present(action)) return;
  auto token = read_token(event);
  if (token && is_wanted(*token)) {
    report(m_plugged.present(std::move(*token)));
  } else if (action == "add") {
    // Another device has taken the place of a token whose removal was missed.
    report(m_plugged.gone(syspath));
  }
}

void TokenWatcher::look_at_all() {
  auto tokens = list_tokens(m_libudev->context.get());
  if (!tokens) {
    tlscore::log(LogLevel::Error, tokens.error().message);
    tokens.emplace();  // a token that cannot be seen any more counts as pulled out
  }
  std::erase_if(*tokens, [this](const UsbToken& token) { return !is_wanted(token); });
  report(m_plugged.all(*tokens));
}

void TokenWatcher::report(const PluggedTokens::Changes& changes) {
  for (const UsbToken& token : changes.removed) {
    std::erase_if(m_told, [&token](const UsbToken& told) { return told.syspath == token.syspath; });
    m_on_removed(token);
  }
  for (const UsbToken& token : changes.added) {
    m_told.push_back(token);
    m_on_added(token);
  }
}

bool TokenWatcher::is_wanted(const UsbToken& token) const {
  return m_serial.empty() || token.serial == m_serial;
}

}  // namespace udev
