// The first thing that a TLS client says, read before there is a TLS engine for it: the name in it decides
// which certificate that engine has.
#pragma once

#include "proxy/client_hello.h"
#include "proxy/input_buffer.h"

namespace proxy {

/// Reads the ClientHello, which stays in the buffer for the engine. Fails as parse_client_hello, and with
/// Closed where the stream ends before it is whole. `cancel` bounds the time.
[[nodiscard]] tlscore::Task<tlscore::Result<ClientHello>> read_client_hello(InputBuffer& input,
                                                                            tlscore::Cancel& cancel);

/// RFC 8446, section 6.2.
enum class PlainAlert : std::uint8_t { DecodeError = 50, InternalError = 80, UnrecognizedName = 112 };

/// Sends a fatal alert where there is nothing yet to protect it with, and ends what we write.
[[nodiscard]] tlscore::Task<void> send_plain_alert(tlscore::Stream& stream, PlainAlert alert,
                                                   tlscore::Cancel& cancel);

}  // namespace proxy
