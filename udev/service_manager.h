// What systemd has handed to this process, and what it wants to be told (sd-daemon(3)). Without systemd
// nothing was, and nobody listens.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tlscore/base/unique_fd.h"

namespace udev {

struct StoredDescriptor {
  std::string name;
  tlscore::UniqueFd descriptor;
};

struct HandedDescriptors {
  std::vector<tlscore::UniqueFd> sockets{};  ///< Of the socket units that started this process; non-blocking.
  std::vector<StoredDescriptor> stored{};    ///< What an earlier life of it stored.
};

/// What it was started with, closed on exec. Forgets about them, so that no child takes them for its own:
/// called once, before there are threads.
[[nodiscard]] HandedDescriptors take_handed_descriptors();

/// Has systemd keep a copy, for the life of this service that follows a restart (FileDescriptorStoreMax= in
/// its unit), in place of an earlier one of that name. The name is of letters, digits, '-' and '_'.
void store_descriptor(const std::string& name, int descriptor);
void forget_descriptor(const std::string& name);

/// Lines as in sd_notify(3): "READY=1", "STATUS=armed". Nothing happens where nobody wants to know.
void tell_service_manager(const std::string& lines);

/// Does somebody want to know?
[[nodiscard]] bool has_service_manager();

/// How often "WATCHDOG=1" has to be said, at least; nothing where it has not.
[[nodiscard]] std::optional<std::chrono::milliseconds> watchdog_period();

}  // namespace udev
