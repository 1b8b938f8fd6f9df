// A client that speaks HTTP: its requests one after the other, each to whom it is for (RFC 9112).
#pragma once

#include "proxy/input_buffer.h"
#include "proxy/live_connections.h"
#include "proxy/services.h"

namespace proxy {

/// CONNECT leads to a tunnel, absolute-form to a party, origin-form to our own pages. Whatever is wrong with
/// a request is answered by a page that says so, and ends the connection where its framing is in doubt.
tlscore::Task<tlscore::Result<void>> serve_http(Services& services, InputBuffer& client,
                                                LiveConnection& live);

}  // namespace proxy
