// The status page: token, parties, connections, refusals, and what to do next.
#pragma once

#include "proxy/page.h"
#include "proxy/services.h"

namespace proxy {

/// The page as a browser shows it, or what `latchkey status` prints, as text or as JSON.
[[nodiscard]] Page status_page(Services& services, PageFormat format);

}  // namespace proxy
