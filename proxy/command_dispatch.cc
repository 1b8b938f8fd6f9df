// Sockets from systemd, a loop, two signals.
#include "proxy/command_dispatch.h"

#include <signal.h>

#include <charconv>
#include <optional>
#include <string>

#include "proxy/dispatch_entry.h"
#include "proxy/dispatcher.h"
#include "proxy/protect_process.h"
#include "tlscore/base/signal_watch.h"
#include "udev/journal.h"
#include "udev/service_manager.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::chrono::milliseconds kPatience{5000};

/// systemd keeps the table over a restart, an upgrade's for one. A user is stored under his number.
void store_entry(uid_t user, int socket) {
  const std::string name = std::to_string(user);
  if (socket < 0) {
    udev::forget_descriptor(name);
  } else {
    udev::store_descriptor(name, socket);
  }
}

std::optional<uid_t> user_of(std::string_view name) {
  uid_t user = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), user);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return user;
}

void enter_those_stored(Dispatcher& dispatcher, std::vector<udev::StoredDescriptor> stored) {
  for (udev::StoredDescriptor& each : stored) {
    const auto user = user_of(each.name);
    if (!user || !dispatcher.enter_again(*user, std::move(each.descriptor)))
      udev::forget_descriptor(each.name);
  }
}

Result<void> dispatch() {
  udev::log_to_journal();
  const std::unique_ptr<EventLoop> loop = TRY(EventLoop::create());
  udev::HandedDescriptors handed = udev::take_handed_descriptors();
  const std::unique_ptr<Dispatcher> dispatcher =
      TRY(Dispatcher::start(*loop, std::move(handed.sockets), store_entry));
  enter_those_stored(*dispatcher, std::move(handed.stored));
  SignalWatch signals;
  TRY(signals.start(*loop, {SIGTERM, SIGINT}, [&](int) {
    dispatcher->stop();
    loop->stop();
  }));
  udev::tell_service_manager("READY=1");
  loop->run_until_tasks_end();
  return {};
}

Result<void> enter(const std::string& dispatcher, const std::string& path) {
  UniqueFd kept;
  static_cast<void>(TRY(enter_dispatcher(dispatcher, path, kPatience, kept)));
  return {};
}

}  // namespace

int run_dispatch(Arguments arguments, std::ostream& out, std::ostream& err) {
  constexpr auto kOptions = std::to_array<std::string_view>({"--enter", "--dispatcher"});
  const auto parsed = parse_arguments(arguments, {}, kOptions);
  if (!parsed) return complain(err, "dispatch", parsed.error(), kUsage);
  if (parsed->has("--help")) {
    out << "usage: latchkey dispatch [--enter PATH [--dispatcher SOCKET]]\n"
           "Holds the port for all users of this machine, and gives each one's connections to his own "
           "daemon.\n"
           "systemd starts it (latchkey-dispatch.socket); it has no use by hand.\n"
           "\n"
           "  --enter PATH         tells it that this user's daemon takes connections at the socket PATH, "
           "and ends\n"
           "  --dispatcher SOCKET  where it listens to users (default "
        << kDispatcherSocket
        << ")\n"
           "\n"
           "Exit status: 0 stopped or entered, 1 failed, 2 usage.\n";
    return kSuccess;
  }
  if (!parsed->rest.empty())
    return complain(err, "dispatch", {ErrorKind::Malformed, "dispatch takes no arguments"}, kUsage);
  const std::string socket = parsed->value("--dispatcher");
  const std::string path = parsed->value("--enter");
  protect_process();
  const auto done =
      path.empty() ? dispatch() : enter(socket.empty() ? std::string(kDispatcherSocket) : socket, path);
  return done ? kSuccess : complain(err, "dispatch", done.error(), kFailure);
}

}  // namespace proxy
