// The status page: token, parties, connections, refusals, and what to do next.
#pragma once

#include <vector>

#include "proxy/page.h"
#include "proxy/services.h"
#include "proxy/status_sections.h"

namespace proxy {

/// The page as a browser shows it, or what `latchkey status` prints, as text or as JSON.
[[nodiscard]] Page status_page(Services& services, PageFormat format);

/// The parts of the page as they are now.
[[nodiscard]] std::vector<StatusSection> current_sections(const Services& services);

}  // namespace proxy
