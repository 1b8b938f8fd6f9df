// What of the package or of `make install` is on this machine: systemd's units and udev's rules. For
// `doctor`.
#pragma once

#include <string>
#include <vector>

#include "tlscore/base/result.h"
#include "udev/unit_states.h"

namespace proxy {

struct ServiceUnits {
  using States = tlscore::Result<std::vector<udev::UnitState>>;

  static tlscore::Error not_asked() { return {tlscore::ErrorKind::Cancelled, "not asked"}; }

  States user = tlscore::fail(not_asked());    ///< latchkey.service and latchkey.socket.
  States system = tlscore::fail(not_asked());  ///< The port and the dispatcher, which all users share.
  bool has_udev_rules = false;

  /// Nothing where it was not asked for, or systemd has never heard of it.
  [[nodiscard]] const udev::UnitState* find(const std::string& name) const;
};

/// Blocks for two seconds at most.
[[nodiscard]] ServiceUnits look_at_service_units();

}  // namespace proxy
