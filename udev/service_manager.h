// What systemd has handed to this process, and what it wants to be told (sd-daemon(3)). Without systemd
// nothing was, and nobody listens.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "tlscore/base/unique_fd.h"

namespace udev {

/// The sockets of the socket units that started this process, non-blocking and closed on exec. Forgets about
/// them, so that no child takes them for its own: called once, before there are threads.
[[nodiscard]] std::vector<tlscore::UniqueFd> take_handed_sockets();

/// Lines as in sd_notify(3): "READY=1", "STATUS=armed". Nothing happens where nobody wants to know.
void tell_service_manager(const std::string& lines);

/// Does somebody want to know?
[[nodiscard]] bool has_service_manager();

/// How often "WATCHDOG=1" has to be said, at least; nothing where it has not.
[[nodiscard]] std::optional<std::chrono::milliseconds> watchdog_period();

}  // namespace udev
