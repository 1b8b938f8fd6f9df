// What the demo party says: who you are to the other side.
#pragma once

#include <string>

#include "proxy/http_message.h"
#include "tlscore/tls/engine.h"

namespace proxy {

/// A whole response: HTML for browsers, text for others.
[[nodiscard]] std::string demo_response(const HttpRequest& request, const tlscore::tls::Engine& connection);

}  // namespace proxy
