// The dates of certificates and CRLs (RFC 5280, section 4.1.2.5).
#pragma once

#include <chrono>
#include <optional>

#include "tlscore/base/bytes.h"

struct mbedtls_x509_time;

namespace tlscore::x509 {

/// mbedTLS has checked that there is such a date.
[[nodiscard]] std::chrono::sys_seconds to_sys_seconds(const mbedtls_x509_time& time);

/// A UTCTime or GeneralizedTime, which is all of `element`, tag included. Nothing when it is none, or no
/// date.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_der_time(ByteView element);

}  // namespace tlscore::x509
