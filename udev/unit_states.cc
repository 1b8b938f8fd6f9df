// One call on a loop of its own, so that nobody is waited for beyond the limit.
#include "udev/unit_states.h"

#include "tlscore/base/event_loop.h"
#include "udev/bus_connection.h"

namespace udev {

using namespace tlscore;

namespace {

using Message = CHandle<sd_bus_message, sd_bus_message_unref>;

constexpr const char* kService = "org.freedesktop.systemd1";
constexpr const char* kPath = "/org/freedesktop/systemd1";
constexpr const char* kManager = "org.freedesktop.systemd1.Manager";

/// What is asked, and what has come back.
struct Asked {
  EventLoop& loop;
  Result<std::vector<UnitState>> answer = fail(ErrorKind::TimedOut, "systemd does not answer");

  void end(Result<std::vector<UnitState>> with) {
    answer = std::move(with);
    loop.stop();
  }
};

Error no_manager() {
  return {ErrorKind::NotFound, "there is no systemd to ask"};
}

/// Of each unit: name, description, load, active and sub state, and what is of no use here.
Result<std::vector<UnitState>> read(sd_bus_message* reply) {
  std::vector<UnitState> found;
  if (::sd_bus_message_is_method_error(reply, nullptr) != 0 ||
      ::sd_bus_message_enter_container(reply, 'a', "(ssssssouso)") <= 0)
    return fail(no_manager());
  while (::sd_bus_message_enter_container(reply, 'r', "ssssssouso") > 0) {
    const char* name = nullptr;
    const char* load = nullptr;
    const char* active = nullptr;
    const char* sub = nullptr;
    if (::sd_bus_message_read(reply, "sssss", &name, nullptr, &load, &active, &sub) <= 0 ||
        ::sd_bus_message_skip(reply, "souso") < 0 || ::sd_bus_message_exit_container(reply) < 0)
      return fail(no_manager());
    found.push_back({.name = name, .load = load, .active = active, .sub = sub});
  }
  return found;
}

int take(sd_bus_message* reply, void* asked, sd_bus_error* /*error*/) noexcept {
  static_cast<Asked*>(asked)->end(read(reply));
  return 0;
}

Result<BusHandle> open(UnitManager manager) {
  if (manager == UnitManager::User) return open_session_bus();
  sd_bus* opened = nullptr;
  if (::sd_bus_open_system(&opened) < 0) return fail(ErrorKind::NotFound, "there is no system bus");
  return BusHandle(opened);
}

bool ask(sd_bus* bus, const std::vector<std::string>& names, Asked& asked) {
  sd_bus_message* made = nullptr;
  if (::sd_bus_message_new_method_call(bus, &made, kService, kPath, kManager, "ListUnitsByNames") < 0)
    return false;
  const Message call(made);
  if (::sd_bus_message_open_container(made, 'a', "s") < 0) return false;
  for (const std::string& name : names) {
    if (::sd_bus_message_append(made, "s", name.c_str()) < 0) return false;
  }
  return ::sd_bus_message_close_container(made) >= 0 &&
         ::sd_bus_call_async(bus, nullptr, made, take, &asked, 0) >= 0;
}

}  // namespace

Result<std::vector<UnitState>> ask_unit_states(UnitManager manager, const std::vector<std::string>& names,
                                               std::chrono::milliseconds limit) {
  const auto loop = TRY(EventLoop::create());
  Asked asked{.loop = *loop};
  auto bus = TRY(open(manager));
  if (!ask(bus.get(), names, asked)) return fail(no_manager());
  const auto connection =
      BusConnection::create(*loop, std::move(bus), [&] { asked.end(fail(no_manager())); });
  const auto timer = loop->after(limit, [&] { loop->stop(); });
  loop->run();
  return std::move(asked.answer);
}

}  // namespace udev
