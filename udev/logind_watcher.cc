// Signals, and what is asked of logind before they are believed: sd-bus does not check who owns a well-known
// name, and anybody may send a signal to us alone. So everything is bound to the unique name that answered.
#include "udev/logind_watcher.h"

#include <fcntl.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <cstring>
#include <string_view>
#include <utility>

#include "tlscore/base/log.h"
#include "udev/bus_connection.h"

namespace udev {

using namespace tlscore;

namespace {

constexpr const char* kService = "org.freedesktop.login1";
constexpr const char* kPath = "/org/freedesktop/login1";
constexpr const char* kManager = "org.freedesktop.login1.Manager";
constexpr const char* kSession = "org.freedesktop.login1.Session";
constexpr const char* kUser = "org.freedesktop.login1.User";
constexpr const char* kProperties = "org.freedesktop.DBus.Properties";
constexpr const char* kOwnerChanged =
    "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
    "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='org.freedesktop.login1'";

bool is_error(sd_bus_message* message) {
  return ::sd_bus_message_is_method_error(message, nullptr) != 0;
}

std::string_view sender_of(sd_bus_message* message) {
  const char* const sender = ::sd_bus_message_get_sender(message);
  return sender == nullptr ? std::string_view() : sender;
}

/// What has changed, of a signal whose interface was read: the name of each property, and its value where it
/// is a boolean.
template <class Take>
void read_changes(sd_bus_message* signal, Take take) {
  if (::sd_bus_message_enter_container(signal, 'a', "{sv}") <= 0) return;
  while (::sd_bus_message_enter_container(signal, 'e', "sv") > 0) {
    const char* name = nullptr;
    int value = 0;
    if (::sd_bus_message_read(signal, "s", &name) <= 0) return;
    const bool is_boolean = ::sd_bus_message_verify_type(signal, 'v', "b") > 0;
    const int taken =
        is_boolean ? ::sd_bus_message_read(signal, "v", "b", &value) : ::sd_bus_message_skip(signal, "v");
    if (taken < 0 || ::sd_bus_message_exit_container(signal) < 0) return;
    take(std::string_view(name), is_boolean && value != 0);
  }
}

}  // namespace

struct LogindWatcher::Calls {
  using Take = void (LogindWatcher::*)(sd_bus_message*);

  template <Take Received>
  static int on_message(sd_bus_message* message, void* self, sd_bus_error* /*error*/) noexcept {
    (static_cast<LogindWatcher*>(self)->*Received)(message);
    return 0;
  }
  /// A signal, which anybody could have sent.
  template <Take Received>
  static int on_signal(sd_bus_message* message, void* self, sd_bus_error* /*error*/) noexcept {
    auto& watcher = *static_cast<LogindWatcher*>(self);
    if (watcher.is_from_logind(message)) (watcher.*Received)(message);
    return 0;
  }
};

LogindWatcher::LogindWatcher(Listener listener) : m_listener(std::move(listener)) {}

LogindWatcher::~LogindWatcher() = default;

Result<std::unique_ptr<LogindWatcher>> LogindWatcher::start(EventLoop& loop, Listener listener,
                                                            std::chrono::milliseconds patience) {
  std::unique_ptr<LogindWatcher> watcher(new LogindWatcher(std::move(listener)));
  TRY(watcher->set_up(loop));
  watcher->m_bus->wait_until([&watcher] { return watcher->m_has_looked; }, patience);
  return watcher;
}

Result<void> LogindWatcher::set_up(EventLoop& loop) {
  sd_bus* opened = nullptr;
  if (::sd_bus_open_system(&opened) < 0)
    return fail(ErrorKind::NotFound,
                "there is no system bus: nobody will tell when the machine goes to sleep or is locked");
  BusHandle bus(opened);
  const auto listen = [&](const char* path, const char* interface, const char* signal,
                          sd_bus_message_handler_t take) {
    return ::sd_bus_match_signal_async(opened, nullptr, kService, path, interface, signal, take, nullptr,
                                       this) >= 0;
  };
  using Self = LogindWatcher;
  const bool listens =
      listen(kPath, kManager, "PrepareForSleep", Calls::on_signal<&Self::take_sleep>) &&
      listen(kPath, kManager, "SessionRemoved", Calls::on_signal<&Self::take_session_end>) &&
      listen(nullptr, kSession, "Lock", Calls::on_signal<&Self::take_lock>) &&
      listen(nullptr, kProperties, "PropertiesChanged", Calls::on_signal<&Self::take_change>) &&
      ::sd_bus_add_match_async(opened, nullptr, kOwnerChanged, Calls::on_message<&Self::take_owner>, nullptr,
                               this) >= 0;
  if (!listens) return fail(ErrorKind::Internal, "the system bus cannot be listened to");
  m_bus = BusConnection::create(loop, std::move(bus), [this] { end(); });
  ask_for_delay();
  return {};
}

void LogindWatcher::end() {
  tlscore::log(LogLevel::Warning,
               "the system bus has ended: nobody tells when the machine goes to sleep or is locked");
  m_bus.reset();
  m_delay.reset();
}

bool LogindWatcher::is_from_logind(sd_bus_message* message) const {
  return !m_logind.empty() && sender_of(message) == m_logind;
}

void LogindWatcher::ask_for_delay() {
  if (!m_bus) return;
  const int asked = ::sd_bus_call_method_async(m_bus->get(), nullptr, kService, kPath, kManager, "Inhibit",
                                               Calls::on_message<&LogindWatcher::take_delay>, this, "ssss",
                                               "sleep", "Latchkey", "The token forgets its PIN", "delay");
  if (asked >= 0) m_bus->go_on();
}

void LogindWatcher::take_delay(sd_bus_message* reply) {
  // Also a logind that grants no delay is known by its answer; where there is none the bus answers.
  if (sender_of(reply).starts_with(':')) m_logind = sender_of(reply);
  int fd = -1;
  if (!is_error(reply) && ::sd_bus_message_read(reply, "h", &fd) > 0)
    m_delay.reset(::fcntl(fd, F_DUPFD_CLOEXEC, 0));  // the message owns its own
  ask_for_state();
}

void LogindWatcher::take_sleep(sd_bus_message* signal) {
  int begins = 0;
  if (::sd_bus_message_read(signal, "b", &begins) <= 0) return;
  if (begins != 0) {
    m_listener.on_suspend(std::make_shared<UniqueFd>(std::move(m_delay)));
  } else {
    ask_for_delay();
  }
}

void LogindWatcher::take_lock(sd_bus_message* signal) {
  ask_whose_session(::sd_bus_message_get_path(signal));
}

void LogindWatcher::take_change(sd_bus_message* signal) {
  const char* interface = nullptr;
  if (::sd_bus_message_read(signal, "s", &interface) <= 0 || std::string_view(interface) != kSession) return;
  read_changes(signal, [&](std::string_view name, bool value) {
    if (name == "LockedHint" && value) ask_whose_session(::sd_bus_message_get_path(signal));
    if (name == "Active") ask_for_state();
  });
}

void LogindWatcher::take_session_end(sd_bus_message* /*signal*/) {
  ask_for_state();
}

/// Another logind knows nothing of our delay.
void LogindWatcher::take_owner(sd_bus_message* signal) {
  if (sender_of(signal) != "org.freedesktop.DBus") return;
  m_logind.clear();
  const char* name = nullptr;
  const char* before = nullptr;
  const char* owner = nullptr;
  if (::sd_bus_message_read(signal, "sss", &name, &before, &owner) > 0 && std::strlen(owner) > 0)
    ask_for_delay();
}

void LogindWatcher::ask_whose_session(const char* path) {
  const int asked =
      ::sd_bus_call_method_async(m_bus->get(), nullptr, m_logind.c_str(), path, kProperties, "Get",
                                 Calls::on_message<&LogindWatcher::take_user>, this, "ss", kSession, "User");
  if (asked >= 0) m_bus->go_on();
}

void LogindWatcher::take_user(sd_bus_message* reply) {
  std::uint32_t user = 0;
  const char* path = nullptr;
  if (!is_error(reply) && ::sd_bus_message_read(reply, "v", "(uo)", &user, &path) > 0 && user == ::getuid())
    m_listener.on_screen_lock();
}

void LogindWatcher::ask_for_state() {
  m_has_looked = m_has_looked || m_logind.empty();
  if (!m_bus || m_logind.empty()) return;
  const std::string path = std::string(kPath) + "/user/_" + std::to_string(::getuid());
  const int asked =
      ::sd_bus_call_method_async(m_bus->get(), nullptr, m_logind.c_str(), path.c_str(), kProperties, "Get",
                                 Calls::on_message<&LogindWatcher::take_state>, this, "ss", kUser, "State");
  if (asked >= 0) m_bus->go_on();
}

/// Who has no session that logind knows of may be a service's user, and nobody's seat is his. An error means
/// that there is none either.
void LogindWatcher::take_state(sd_bus_message* reply) {
  m_has_looked = true;
  const char* told = nullptr;
  const bool is_known = !is_error(reply) && ::sd_bus_message_read(reply, "v", "s", &told) > 0;
  const std::string_view state = is_known ? told : "";
  const bool is_active = state == "active";
  m_was_active = m_was_active || is_active;
  const bool is_away = !is_active && (state == "online" || m_was_active);
  if (std::exchange(m_is_away, is_away) != is_away) m_listener.on_presence(!is_away);
}

}  // namespace udev
