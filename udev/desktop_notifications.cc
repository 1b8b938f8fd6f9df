// Two calls and three signals. Everything is bound to the unique name of the server that told its
// capabilities: sd-bus does not check who owns a well-known name, and anybody may send a signal to us alone.
#include "udev/desktop_notifications.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "tlscore/base/log.h"
#include "udev/bus_connection.h"

namespace udev {

using namespace tlscore;

namespace {

constexpr const char* kService = "org.freedesktop.Notifications";
constexpr const char* kPath = "/org/freedesktop/Notifications";
constexpr const char* kBus = "org.freedesktop.DBus";
constexpr const char* kOwnerChanged =
    "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
    "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='org.freedesktop.Notifications'";

/// A server that hangs, and then shows after all what is withdrawn already, has to be told to close it.
constexpr std::uint64_t kPatience = 10ULL * 60 * 1'000'000;  // microseconds

using Message = CHandle<sd_bus_message, sd_bus_message_unref>;
using Slot = CHandle<sd_bus_slot, sd_bus_slot_unref>;

bool is_from(sd_bus_message* message, std::string_view name) {
  const char* const sender = ::sd_bus_message_get_sender(message);
  return sender != nullptr && !name.empty() && sender == name;
}

bool is_error(sd_bus_message* message) {
  return ::sd_bus_message_is_method_error(message, nullptr) != 0;
}

/// Who waits for an answer should see it, however long it takes: it does not expire.
Message make_notify(sd_bus* bus, const std::string& server, std::uint32_t replaces,
                    const Notification& notification, const std::string& body, bool with_actions) {
  sd_bus_message* made = nullptr;
  if (::sd_bus_message_new_method_call(bus, &made, server.c_str(), kPath, kService, "Notify") < 0) return {};
  Message message(made);
  int done = ::sd_bus_message_append(made, "susss", "Latchkey", replaces, "dialog-question",
                                     notification.summary.c_str(), body.c_str());
  if (done >= 0) done = ::sd_bus_message_open_container(made, 'a', "s");
  for (const auto& action : notification.actions) {
    if (done >= 0 && with_actions)
      done = ::sd_bus_message_append(made, "ss", action.id.c_str(), action.label.c_str());
  }
  if (done >= 0) done = ::sd_bus_message_close_container(made);
  constexpr int kNormalUrgency = 1;
  constexpr int kNever = 0;
  if (done >= 0) done = ::sd_bus_message_append(made, "a{sv}i", 1, "urgency", "y", kNormalUrgency, kNever);
  return done < 0 ? Message() : std::move(message);
}

}  // namespace

struct DesktopNotifications::Shown {
  DesktopNotifications* owner;
  std::uint64_t id;
  Notification notification;
  bool is_sent = false;  ///< The server was told of `notification`, or is being told.
  bool is_withdrawn = false;
  int tries = 0;
  std::uint32_t number = 0;  ///< The server's; 0: none yet.
  Slot call = nullptr;       ///< The Notify that is not answered yet.
};

struct DesktopNotifications::Server {
  std::string name;  ///< The unique one; empty while its capabilities are not known.
  bool has_actions = false;
  bool has_markup = false;
  Slot asking;  ///< The GetCapabilities that is not answered yet.
};

struct DesktopNotifications::Calls {
  using Take = void (DesktopNotifications::*)(sd_bus_message*);

  template <Take Received>
  static int on_message(sd_bus_message* message, void* self, sd_bus_error* /*error*/) noexcept {
    (static_cast<DesktopNotifications*>(self)->*Received)(message);
    return 0;
  }
  static int on_number(sd_bus_message* reply, void* shown, sd_bus_error* /*error*/) noexcept {
    auto& told = *static_cast<Shown*>(shown);
    told.owner->take_number(told, reply);
    return 0;
  }
};

DesktopNotifications::DesktopNotifications(OnAction on_action)
    : m_on_action(std::move(on_action)), m_server(std::make_unique<Server>()) {}

DesktopNotifications::~DesktopNotifications() {
  for (const auto& shown : m_shown) close(*shown);
  end();
}

Result<std::unique_ptr<DesktopNotifications>> DesktopNotifications::start(EventLoop& loop,
                                                                          OnAction on_action) {
  std::unique_ptr<DesktopNotifications> made(new DesktopNotifications(std::move(on_action)));
  TRY(made->set_up(loop));
  return made;
}

Result<void> DesktopNotifications::set_up(EventLoop& loop) {
  BusHandle bus = TRY(open_session_bus());
  sd_bus* const opened = bus.get();
  ::sd_bus_set_method_call_timeout(opened, kPatience);
  const auto listen = [&](const char* signal, sd_bus_message_handler_t take) {
    return ::sd_bus_match_signal_async(opened, nullptr, kService, kPath, kService, signal, take, nullptr,
                                       this) >= 0;
  };
  using Self = DesktopNotifications;
  const bool listens = listen("ActionInvoked", Calls::on_message<&Self::take_action>) &&
                       listen("NotificationClosed", Calls::on_message<&Self::take_closed>) &&
                       ::sd_bus_add_match_async(opened, nullptr, kOwnerChanged,
                                                Calls::on_message<&Self::take_owner>, nullptr, this) >= 0;
  if (!listens) return fail(ErrorKind::Internal, "the session bus cannot be listened to");
  m_bus = BusConnection::create(loop, std::move(bus), [this] {
    tlscore::log(LogLevel::Info, "the session bus has ended: no question is shown on the desktop any more");
    end();
  });
  return {};
}

void DesktopNotifications::end() {
  m_shown.clear();
  *m_server = {};
  m_bus.reset();
}

void DesktopNotifications::show(std::uint64_t id, Notification notification) {
  if (!m_bus) return;
  Shown* shown = find(id);
  if (shown == nullptr) {
    if (m_shown.size() >= kMostShown) return;
    m_shown.push_back(std::make_unique<Shown>(Shown{.owner = this, .id = id, .notification = {}}));
    shown = m_shown.back().get();
  }
  shown->notification = std::move(notification);
  shown->is_sent = false;
  shown->tries = 0;
  advance(*shown);
}

void DesktopNotifications::withdraw(std::uint64_t id) {
  Shown* const shown = find(id);
  if (shown == nullptr) return;
  shown->is_withdrawn = true;
  advance(*shown);
}

/// Does what can be done now; the answers to it call again. May forget it.
void DesktopNotifications::advance(Shown& shown) {
  if (shown.call) return;  // it is known only then which number to close or to replace
  if (shown.is_withdrawn) {
    close(shown);
    forget(shown);
  } else if (!shown.is_sent && m_server->name.empty()) {
    ask_capabilities();
  } else if (!shown.is_sent && shown.tries < kMostTries && !is_waiting()) {
    send(shown);
  }
}

void DesktopNotifications::advance_all() {
  for (std::size_t i = 0; i < m_shown.size();) {
    const std::size_t before = m_shown.size();
    advance(*m_shown[i]);
    if (m_shown.size() == before) ++i;
  }
}

/// One Notify at a time: a server that hangs is not sent what will have been withdrawn when it goes on.
bool DesktopNotifications::is_waiting() const {
  return std::ranges::any_of(m_shown, [](const auto& each) { return each->call != nullptr; });
}

void DesktopNotifications::send(Shown& shown) {
  const Notification& what = shown.notification;
  const std::string& plain = m_server->has_actions ? what.body : what.body_without_actions;
  const Message message =
      make_notify(m_bus->get(), m_server->name, shown.number, what,
                  m_server->has_markup ? escape_markup(plain) : plain, m_server->has_actions);
  shown.is_sent = true;
  ++shown.tries;
  sd_bus_slot* call = nullptr;
  if (!message || ::sd_bus_call_async(m_bus->get(), &call, message.get(), Calls::on_number, &shown, 0) < 0) {
    tlscore::log(LogLevel::Info, "a question cannot be shown on the desktop");
    return;
  }
  shown.call.reset(call);
  m_bus->go_on();
}

void DesktopNotifications::close(const Shown& shown) {
  if (!m_bus || m_server->name.empty() || shown.number == 0) return;
  const int asked = ::sd_bus_call_method_async(m_bus->get(), nullptr, m_server->name.c_str(), kPath, kService,
                                               "CloseNotification", nullptr, nullptr, "u", shown.number);
  if (asked >= 0) m_bus->go_on();
}

void DesktopNotifications::ask_capabilities() {
  if (m_server->asking) return;
  sd_bus_slot* call = nullptr;
  const int asked =
      ::sd_bus_call_method_async(m_bus->get(), &call, kService, kPath, kService, "GetCapabilities",
                                 Calls::on_message<&DesktopNotifications::take_capabilities>, this, nullptr);
  if (asked < 0) return;
  m_server->asking.reset(call);
  m_bus->go_on();
}

void DesktopNotifications::take_capabilities(sd_bus_message* reply) {
  m_server->asking.reset();
  if (is_error(reply) || ::sd_bus_message_enter_container(reply, 'a', "s") < 0) {
    tlscore::log(LogLevel::Info, "no desktop here shows notifications");
    return;
  }
  m_server->has_actions = m_server->has_markup = false;
  const char* capability = nullptr;
  while (::sd_bus_message_read_basic(reply, 's', static_cast<void*>(&capability)) > 0) {
    if (capability == std::string_view("actions")) m_server->has_actions = true;
    if (capability == std::string_view("body-markup")) m_server->has_markup = true;
  }
  const char* const sender = ::sd_bus_message_get_sender(reply);
  m_server->name = sender == nullptr ? "" : sender;
  if (!m_server->name.empty()) advance_all();
}

void DesktopNotifications::take_number(Shown& shown, sd_bus_message* reply) {
  shown.call.reset();
  std::uint32_t number = 0;
  if (!is_error(reply) && ::sd_bus_message_read_basic(reply, 'u', &number) > 0) {
    shown.number = number;
  }
  advance_all();
}

/// The old server's notifications are gone with it.
void DesktopNotifications::take_owner(sd_bus_message* signal) {
  const char* name = nullptr;
  const char* before = nullptr;
  const char* now = nullptr;
  if (!is_from(signal, kBus) || ::sd_bus_message_read(signal, "sss", &name, &before, &now) <= 0) return;
  if (name != std::string_view(kService) || m_server->name == now) return;
  *m_server = {};
  for (const auto& shown : m_shown) {
    shown->call.reset();
    shown->number = 0;
    shown->is_sent = false;
  }
  if (now != std::string_view()) advance_all();
}

void DesktopNotifications::take_action(sd_bus_message* signal) {
  std::uint32_t number = 0;
  const char* action = nullptr;
  if (::sd_bus_message_read(signal, "us", &number, &action) <= 0) return;
  const Shown* const shown = find_sent(signal, number);
  if (shown == nullptr) return;
  const auto& actions = shown->notification.actions;
  if (std::ranges::find(actions, std::string_view(action), &Notification::Action::id) == actions.end())
    return;
  m_on_action(shown->id, action);
}

void DesktopNotifications::take_closed(sd_bus_message* signal) {
  std::uint32_t number = 0;
  std::uint32_t reason = 0;
  if (::sd_bus_message_read(signal, "uu", &number, &reason) <= 0) return;
  const Shown* const shown = find_sent(signal, number);
  if (shown != nullptr && !shown->call) forget(*shown);
}

DesktopNotifications::Shown* DesktopNotifications::find(std::uint64_t id) {
  const auto found =
      std::ranges::find_if(m_shown, [&](const auto& each) { return each->id == id && !each->is_withdrawn; });
  return found == m_shown.end() ? nullptr : found->get();
}

/// The one that `signal` is about, if it comes from the server that shows it.
DesktopNotifications::Shown* DesktopNotifications::find_sent(sd_bus_message* signal, std::uint32_t number) {
  if (number == 0 || !is_from(signal, m_server->name)) return nullptr;
  const auto found = std::ranges::find_if(
      m_shown, [&](const auto& each) { return each->number == number && !each->is_withdrawn; });
  return found == m_shown.end() ? nullptr : found->get();
}

void DesktopNotifications::forget(const Shown& shown) {
  std::erase_if(m_shown, [&](const auto& each) { return each.get() == &shown; });
}

}  // namespace udev
