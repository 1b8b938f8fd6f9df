// libsystemd's calls.
#include "udev/service_manager.h"

#include <fcntl.h>
#include <systemd/sd-daemon.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace udev {

namespace {

/// Before the names of what is stored: sockets have those of their units, which have a dot in them.
constexpr std::string_view kStored = "stored_";

struct FreeNames {
  void operator()(char** names) const {
    for (char* const* name = names; *name != nullptr; ++name) std::free(*name);
    std::free(static_cast<void*>(names));
  }
};

}  // namespace

HandedDescriptors take_handed_descriptors() {
  char** list = nullptr;
  const int count = ::sd_listen_fds_with_names(1, &list);
  const std::unique_ptr<char*, FreeNames> names(list);
  HandedDescriptors handed;
  for (int i = 0; i < count; ++i) {
    tlscore::UniqueFd descriptor(SD_LISTEN_FDS_START + i);
    const std::string_view name = list[i];
    if (name.starts_with(kStored)) {
      handed.stored.push_back({std::string(name.substr(kStored.size())), std::move(descriptor)});
      continue;
    }
    const int flags = ::fcntl(descriptor.get(), F_GETFL);
    if (flags >= 0 && ::fcntl(descriptor.get(), F_SETFL, flags | O_NONBLOCK) == 0)
      handed.sockets.push_back(std::move(descriptor));
  }
  return handed;
}

void store_descriptor(const std::string& name, int descriptor) {
  forget_descriptor(name);
  // What is stored may be no file that could be waited for.
  const std::string lines = "FDSTORE=1\nFDPOLL=0\nFDNAME=" + std::string(kStored) + name;
  static_cast<void>(::sd_pid_notify_with_fds(0, 0, lines.c_str(), &descriptor, 1));
}

void forget_descriptor(const std::string& name) {
  tell_service_manager("FDSTOREREMOVE=1\nFDNAME=" + std::string(kStored) + name);
}

void tell_service_manager(const std::string& lines) {
  static_cast<void>(::sd_notify(0, lines.c_str()));
}

bool has_service_manager() {
  return std::getenv("NOTIFY_SOCKET") != nullptr;
}

std::optional<std::chrono::milliseconds> watchdog_period() {
  std::uint64_t limit = 0;
  if (::sd_watchdog_enabled(0, &limit) <= 0) return std::nullopt;
  // Half of the limit, as sd_watchdog_enabled(3) advises.
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(limit / 2));
}

}  // namespace udev
