// libsystemd's calls.
#include "udev/service_manager.h"

#include <fcntl.h>
#include <systemd/sd-daemon.h>

#include <cstdint>
#include <cstdlib>

namespace udev {

std::vector<tlscore::UniqueFd> take_handed_sockets() {
  const int count = ::sd_listen_fds(1);
  std::vector<tlscore::UniqueFd> sockets;
  for (int i = 0; i < count; ++i) {
    tlscore::UniqueFd socket(SD_LISTEN_FDS_START + i);
    const int flags = ::fcntl(socket.get(), F_GETFL);
    if (flags >= 0 && ::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) == 0)
      sockets.push_back(std::move(socket));
  }
  return sockets;
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
