// The status page: token, parties, connections, refusals, and what to do next.
#pragma once

#include <string>

#include "proxy/http_message.h"
#include "proxy/services.h"

namespace proxy {

/// A whole response: HTML, or JSON (as `latchkey status --json` prints it) where the request wants that only.
[[nodiscard]] std::string status_page(Services& services, const HttpRequest& request);

}  // namespace proxy
