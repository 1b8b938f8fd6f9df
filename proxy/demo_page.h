// What the demo party says: who you are to the other side.
#pragma once

#include <string>

#include "proxy/http_message.h"
#include "tlscore/tls/certificate_summary.h"
#include "tlscore/tls/engine.h"

namespace proxy {

/// A whole response: HTML for browsers, text for others. `shown` is what the demo party showed of itself.
[[nodiscard]] std::string demo_response(const HttpRequest& request, const tlscore::tls::Engine& connection,
                                        const tlscore::tls::CertificateSummary& shown);

}  // namespace proxy
