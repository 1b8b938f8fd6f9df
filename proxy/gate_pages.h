// What a gate says to people whose request it does not forward.
#pragma once

#include <string_view>

#include "proxy/gate_client.h"
#include "proxy/page.h"
#include "tlscore/base/result.h"

namespace proxy {

/// 403: the client may not pass. The page says who it is to the gate.
[[nodiscard]] Problem gate_refuses(const GateClient& client);
/// 421: the request is for another host than the one that TLS was set up for.
[[nodiscard]] Problem gate_is_not(std::string_view host);
/// 405: a gate leads to its backend, and to nothing else.
[[nodiscard]] Problem gate_is_no_proxy();
/// 502 or 504: there is no answer of the backend. What exactly is wrong stays in the gate's log.
[[nodiscard]] Problem gate_without_backend(const tlscore::Error& error);

}  // namespace proxy
