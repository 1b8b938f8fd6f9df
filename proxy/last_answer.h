// The last answer on a connection to an HTTP client.
#pragma once

#include <string>

#include "proxy/input_buffer.h"

namespace proxy {

/// Writes `text` and ends the stream. What the client still sends is read and dropped, until it pauses for
/// half a second, for 5 s at most: closing on unread octets would be a reset, and take the answer from it.
tlscore::Task<void> send_last_answer(InputBuffer& client, std::string text, tlscore::Cancel& cancel);

}  // namespace proxy
