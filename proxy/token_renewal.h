// `latchkey token renew`: what a token has to sign again before it ends.
#pragma once

#include "proxy/token_session.h"

namespace proxy {

/// On every token that is in: makes the self-signed certificates anew that are about to end, and the kept
/// envelopes with the user's primary user ID that are due, and tells of the certificates that a CA has to
/// make. The PIN of a token is asked for only if it has one to sign.
[[nodiscard]] TokenOutcome renew_certificates(TokenSession& session);

}  // namespace proxy
