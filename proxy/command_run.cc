// Options, what the process may do from now on, and the daemon.
#include "proxy/command_run.h"

#include <filesystem>
#include <functional>

#include "proxy/daemon.h"
#include "proxy/dispatcher.h"
#include "proxy/first_steps.h"
#include "proxy/paths.h"
#include "proxy/protect_process.h"
#include "proxy/readable_places.h"
#include "udev/journal.h"

namespace proxy {

using namespace tlscore;

namespace {

/// As the file says now; while it is broken, as it said last.
std::function<ProgramsConfigured()> programs_of(const std::string& config_file) {
  return [config_file, last = ProgramsConfigured{}]() mutable {
    if (const auto config = find_config(config_file)) last = ProgramsConfigured::of(*config);
    return last;
  };
}

/// A configuration that cannot be read ends the start soon after.
Fence fence_for(const std::string& config_file) {
  const BaseFolders base = BaseFolders::of_this_process();
  Fence fence{.changeable = own_folders(base)};
  const auto config = find_config(config_file);
  fence.readable = readable_places(config ? *config : built_in_config(), config_file, base);
  if (!config) return fence;
  for (const ListenAddress& each : config->listen.address) {
    if (each.is_unix) fence.sockets.push_back(std::filesystem::path(each.address).parent_path());
  }
  return fence;
}

}  // namespace

int run_daemon(Arguments arguments, std::ostream& out, std::ostream& err) {
  constexpr auto kFlags = std::to_array<std::string_view>({"--first-steps"});
  constexpr auto kOptions = std::to_array<std::string_view>({"--config", "--dispatcher"});
  const auto parsed = parse_arguments(arguments, kFlags, kOptions);
  if (!parsed || (!parsed->rest.empty() && !parsed->has("--help"))) {
    const Error error = parsed ? Error{ErrorKind::Malformed, "run takes no arguments"} : parsed.error();
    return complain(err, "run", error, kUsage);
  }
  if (parsed->has("--help")) {
    out << "usage: latchkey run [--config FILE] [--first-steps] [--dispatcher SOCKET]\n"
           "Runs the proxy in the foreground. --first-steps prints what to try.\n"
           "--dispatcher names the socket of whoever holds the port for all users of this machine\n"
           "(default "
        << kDispatcherSocket
        << "); where nobody listens there, the proxy holds the port itself.\n"
           "Exit status: 0 stopped, 1 failed, 2 usage or configuration.\n";
    return kSuccess;
  }
  udev::log_to_journal();
  const std::string config_file = parsed->value("--config");
  if (const auto ready = protect_process(programs_of(config_file), fence_for(config_file)); !ready)
    return complain(err, "run", ready.error(), kFailure);
  const std::string dispatcher = parsed->value("--dispatcher");
  auto daemon = Daemon::create(config_file, dispatcher.empty() ? std::string(kDispatcherSocket) : dispatcher);
  if (!daemon) {
    const ErrorKind kind = daemon.error().kind;
    const bool is_config = kind == ErrorKind::Malformed || kind == ErrorKind::TooLarge;
    return complain(err, "run", daemon.error(), is_config ? kUsage : kFailure);
  }
  if (parsed->has("--first-steps")) print_first_steps((*daemon)->services(), out);
  (*daemon)->run();
  return kSuccess;
}

}  // namespace proxy
