// A client that speaks SOCKS: reads its request, answers it, and hands over to the tunnel.
#pragma once

#include "proxy/input_buffer.h"
#include "proxy/live_connections.h"
#include "proxy/services.h"

namespace proxy {

/// SOCKS4 and 4a. The connection ends with the returned task; a refusal has been answered.
tlscore::Task<tlscore::Result<void>> serve_socks4(Services& services, InputBuffer& client,
                                                  LiveConnection& live);

/// SOCKS5 (RFC 1928), with a user name and password (RFC 1929) where `latchkey exec` gave one.
tlscore::Task<tlscore::Result<void>> serve_socks5(Services& services, InputBuffer& client,
                                                  LiveConnection& live);

}  // namespace proxy
