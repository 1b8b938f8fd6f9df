// The last answer on a connection to a client.
#pragma once

#include <string>

#include "proxy/input_buffer.h"

namespace proxy {

/// Writes an answer and ends the stream, also when `cancel` was requested before: what a client is told then
/// is why, and it has 2 s to take it. Fails as the stream does.
tlscore::Task<tlscore::Result<void>> write_last_answer(tlscore::Stream& client, tlscore::Bytes octets,
                                                       tlscore::Cancel& cancel);

/// The same for an HTTP client: writes `text` and ends the stream. What the client still sends is read and
/// dropped, until it pauses for half a second, for 5 s at most: closing on unread octets would be a reset,
/// and take the answer from it.
tlscore::Task<void> send_last_answer(InputBuffer& client, std::string text, tlscore::Cancel& cancel);

}  // namespace proxy
