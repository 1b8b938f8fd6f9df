// What systemd says of units: those of the machine, or those of the user's own manager.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tlscore/base/result.h"

namespace udev {

/// In systemd's own words (org.freedesktop.systemd1(5)).
struct UnitState {
  std::string name{};
  std::string load{};    ///< "loaded", "not-found", "masked", "bad-setting", "error".
  std::string active{};  ///< "active", "activating", "inactive", "deactivating", "failed".
  std::string sub{};     ///< In more detail, for each kind of unit: "running", "listening", "auto-restart".
};

enum class UnitManager : std::uint8_t { User, System };

/// Asks over the session or the system bus, and blocks for `limit` at most. One for each name, also for those
/// that are not there.
///
/// Fails with NotFound where there is no such bus, or no systemd on it, and with TimedOut.
[[nodiscard]] tlscore::Result<std::vector<UnitState>> ask_unit_states(UnitManager manager,
                                                                      const std::vector<std::string>& names,
                                                                      std::chrono::milliseconds limit);

}  // namespace udev
