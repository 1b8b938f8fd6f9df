// The parts of the status page, as HTML, from the report that `latchkey status --json` gives.
//
// Pure: no sockets, no clock of its own. Everything in the report may come from a party, a token or a
// certificate, and is escaped.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "proxy/open_questions.h"

namespace proxy {

/// One part. While the page is open, it is replaced when its HTML is another.
struct StatusSection {
  std::string id;    ///< Of the element that holds it; letters only.
  std::string html;  ///< Empty: there is nothing to show.

  friend bool operator==(const StatusSection&, const StatusSection&) = default;
};

/// What the page knows beside the report.
struct StatusContext {
  std::string page_key;                   ///< Goes into every form; hexadecimal (page_key.h).
  std::chrono::sys_seconds now;           ///< What ages are counted to.
  std::vector<OpenQuestion> questions{};  ///< What waits for an answer.
};

/// All of them, always the same ones, in the order of the page. `report` is live_report's.
[[nodiscard]] std::vector<StatusSection> status_sections(const nlohmann::json& report,
                                                         const StatusContext& context);

}  // namespace proxy
