// `latchkey token enroll, request, import`: the certificates of a token's keys.
#pragma once

#include "proxy/token_session.h"

namespace proxy {

/// A self-signed certificate for `--key`, which the token signs.
[[nodiscard]] TokenOutcome enroll_key(TokenSession& session);

/// A request to a CA for a certificate for `--key` (PKCS #10), as PEM; the token signs it.
[[nodiscard]] TokenOutcome request_certificate(TokenSession& session);

/// Keeps the certificate that a CA has given: the file is the argument after "import". No PIN is needed.
[[nodiscard]] TokenOutcome import_file(TokenSession& session);

}  // namespace proxy
