// Those parts of the status page that are lists: parties, connections, gates, refusals. Pure, as
// status_sections.h is.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace proxy {

/// Each party with what was found of it last, and how often findings were used again.
[[nodiscard]] std::string parties_html(const nlohmann::json& report, std::chrono::sys_seconds now);

/// Those that have a destination, each with a button that closes it.
[[nodiscard]] std::string connections_html(const nlohmann::json& report, std::chrono::sys_seconds now,
                                           const std::string& page_key);

/// Empty without a gate.
[[nodiscard]] std::string gates_html(const nlohmann::json& report, std::chrono::sys_seconds now,
                                     const std::string& page_key);

/// The newest kShownRefusals.
[[nodiscard]] std::string refusals_html(const nlohmann::json& report, std::chrono::sys_seconds now);

inline constexpr std::size_t kShownRefusals = 15;
/// Of each party.
inline constexpr std::size_t kShownJudgements = 3;

}  // namespace proxy
