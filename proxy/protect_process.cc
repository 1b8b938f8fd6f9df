// Limits, a launcher, a filter.
#include "proxy/protect_process.h"

#include <linux/netlink.h>
#include <signal.h>
#include <sys/resource.h>

#include <utility>

#include "tlscore/base/call_filter.h"
#include "tlscore/base/launcher.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

namespace {

/// Two descriptors a connection, and some: as many as the system allows.
void raise_descriptors() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &files));
}

/// The resolver asks for this machine's addresses, peer_owner for sockets' owners, and udev tells of devices.
void give_up_calls() {
  const auto bound = forbid_calls({.may_network = true,
                                   .netlink = {NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_KOBJECT_UEVENT},
                                   .only_listed = true});
  if (!bound) log(LogLevel::Warning, "Latchkey is not shut off: " + bound.error().message);
}

}  // namespace

Result<void> protect_process(std::function<ProgramsConfigured()> configured, const Fence& fence) {
  hide_process();
  TRY(Launcher::start({.allows = [configured = std::move(configured)](const Launch& what) {
    return is_startable(what, configured());
  }}));
  const auto fenced = raise_fence(fence);
  if (!fenced) log(LogLevel::Notice, "Latchkey has no fence around it: " + fenced.error().message);
  protect_process();
  return {};
}

void protect_process() {
  hide_process();
  static_cast<void>(::signal(SIGPIPE, SIG_IGN));
  raise_descriptors();
  give_up_calls();
}

}  // namespace proxy
