// Turns mbedTLS's return codes into errors. The only place that does.
#pragma once

#include <string_view>

#include "tlscore/base/result.h"

namespace tlscore::x509 {

/// The error for a negative return code: "<doing>: <what the library calls it>". Kind is Malformed for bytes
/// that break their format, Unsupported for algorithms and extensions the library does not know, Untrusted
/// for a signature that does not verify, Internal for the rest.
[[nodiscard]] Error mbedtls_error(std::string_view doing, int code);

}  // namespace tlscore::x509
