// local = "terminate": a program, a browser mostly, speaks TLS with us, and we with the party.
//
// The party is dialled and judged first; only then is a leaf minted for the name, and the program's handshake
// goes on, with the protocol (ALPN) that the party chose and no higher version of TLS than its. From then on
// octets pass unread.
#pragma once

#include <memory>

#include "proxy/destination.h"
#include "proxy/input_buffer.h"
#include "proxy/live_connections.h"
#include "tlscore/base/socket.h"

namespace proxy {

/// Runs such a connection to its end. `client` begins with a ClientHello. `party` is the dialled socket, or
/// why there is none. A failure is told on a page of ours, over the program's TLS, with a leaf from the same
/// CA; where none can be minted, by an alert. Fails with that reason, and as relay().
[[nodiscard]] tlscore::Task<tlscore::Result<void>> run_terminated(
    Services& services, const Destination& destination, InputBuffer& client,
    tlscore::Result<std::unique_ptr<tlscore::Socket>> party, LiveConnection& live);

}  // namespace proxy
