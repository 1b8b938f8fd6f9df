// Turns what mbedTLS returns into an Error that says who did what.
#pragma once

#include <mbedtls/ssl.h>

#include "tlscore/base/result.h"

namespace tlscore::tls {

/// For a negative code of any mbedtls_ssl function. A fatal alert of the peer's is named as its RFC names it.
[[nodiscard]] Error tls_error(int code, const mbedtls_ssl_context& ssl);

/// "handshake_failure" for 40, and so on (RFC 8446, section 6.2); "unknown" for what has no name.
[[nodiscard]] std::string_view alert_name(unsigned char description);

}  // namespace tlscore::tls
