// A launcher with a short list, and a filter.
#include "tlscore/token/signer_limits.h"

#include <linux/netlink.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "tlscore/base/call_filter.h"
#include "tlscore/base/folder_fence.h"
#include "tlscore/base/launcher.h"
#include "tlscore/base/log.h"
#include "tlscore/token/pinentry.h"

namespace tlscore::token {
namespace {

/// In the launcher, which asks gpgconf itself which program is the pinentry.
bool is_for_pinentry(const Launch& what) {
  if (!what.environment.empty() || what.own_group) return false;
  return what.arguments == kAskForPinentry || what.arguments.front() == find_pinentry();
}

/// A variable's path from the root; empty without one.
std::string path_in(const char* variable) {
  const char* const value = ::secure_getenv(variable);
  return value != nullptr && *value == '/' ? value : "";
}

/// Where OpenSC keeps what it has read of cards, if it is told to.
std::string opensc_cache() {
  if (const std::string cache = path_in("XDG_CACHE_HOME"); !cache.empty()) return cache + "/opensc";
  return path_in("HOME") + "/.cache/opensc";
}

}  // namespace

void start_pinentry_launcher() {
  const auto started = Launcher::start({.allows = is_for_pinentry, .signal_at_parents_end = SIGKILL});
  if (!started) log(LogLevel::Warning, "no pinentry can be started: " + started.error().message);
}

std::vector<std::string> folders_to_change(std::string_view module) {
  if (module == "auto") return {opensc_cache()};
  if (module != "soft") return {"/"};
  const std::string configuration = path_in("SOFTHSM2_CONF");
  return {configuration.substr(0, configuration.rfind('/') + 1)};
}

void give_up_calls(const SignerNeeds& needs) {
  // A module reads whatever its maker thought of.
  if (!needs.programs) static_cast<void>(raise_fence({.changeable = needs.folders, .readable = {"/"}}));
  // libusb, in modules that drive a device themselves, hears from udev.
  const auto done = forbid_calls(
      {.may_exec = needs.programs, .may_network = needs.network, .netlink = {NETLINK_KOBJECT_UEVENT}});
  if (!done) log(LogLevel::Warning, "the signer is not shut off: " + done.error().message);
}

}  // namespace tlscore::token
