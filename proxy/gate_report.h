// The gates of a daemon, as `status` shows them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "proxy/services.h"

namespace proxy {

/// Fields are added, never renamed:
///   [{ listen, names[], backend, open,
///      connections[]    the first kShownGateConnections; see connection_report.h
///      refusals[] }]    see connection_report.h
/// `open` counts connections, `names` are those of the certificates. Gates that a reload has taken away, and
/// that have connections yet, are left out.
[[nodiscard]] nlohmann::json gates_report(const Services& services);
[[nodiscard]] std::string gate_text(const nlohmann::json& report);

/// Of each gate: it may have thousands.
inline constexpr std::size_t kShownGateConnections = 100;

}  // namespace proxy
