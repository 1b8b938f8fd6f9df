// The pages that the port serves itself: the PAC file, and the status page with its style, script, events and
// buttons.
//
// They tell which parties the user has, so that no web page may read them: see DESIGN, "Who may use the
// port".
#pragma once

#include "proxy/http_parser.h"
#include "proxy/input_buffer.h"
#include "proxy/live_connections.h"
#include "proxy/services.h"

namespace proxy {

/// Answers a request whose header `parser` has read, and ends the connection: the page, or why not (404, 405,
/// 421 for a Host that is not exactly ours, 403 for a request that another site's page made).
tlscore::Task<void> serve_own_page(Services& services, InputBuffer& client, HttpRequestParser& parser,
                                   LiveConnection& live);

}  // namespace proxy
