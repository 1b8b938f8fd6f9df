// What follows the word of success, after CONNECT or SOCKS: the client's first octets decide, then a relay.
#pragma once

#include <memory>
#include <optional>

#include "proxy/destination.h"
#include "proxy/http_message.h"
#include "proxy/input_buffer.h"
#include "proxy/live_connections.h"
#include "tlscore/base/socket.h"

namespace proxy {

/// What was made ready before success is answered: the dialled socket, or already TLS over it where the mode
/// is known to be *wrap*.
struct PreparedLink {
  std::unique_ptr<tlscore::Socket> socket;  ///< Of a link that is not secured yet.
  std::unique_ptr<tlscore::Stream> secure;  ///< Else this.
  std::optional<tlscore::Error> failure;    ///< Or why there is neither, to be told in the program's own TLS.
};

/// Whether a failure is better told after the word of success, on a page within the program's own TLS: for
/// *terminate*, and for browsers, which show nothing where CONNECT is refused. `headers` are the request's;
/// SOCKS has none.
[[nodiscard]] bool tells_within_tls(const Destination& destination, const HttpHeaders& headers);

/// Everything that has to hold before success may be answered (DESIGN, "A connection's life"); where
/// `tells_later`, a failure to get there is kept for later; but not where there is no certificate to tell it
/// with, since the token that signs those is out.
tlscore::Task<tlscore::Result<PreparedLink>> prepare_link(Services& services, const Destination& destination,
                                                          bool tells_later, LiveConnection& live);

/// Runs the connection from there to its end. `client` holds what the client has sent already. A failure
/// before the relay is answered by an HTTP 502 when the client speaks HTTP, else by a reset.
tlscore::Task<tlscore::Result<void>> run_tunnel(Services& services, const Destination& destination,
                                                InputBuffer& client, PreparedLink link, LiveConnection& live);

}  // namespace proxy
