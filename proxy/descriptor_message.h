// One short message with one descriptor, between processes of this machine (SCM_RIGHTS, unix(7)).
//
// The sockets are of the kind that keeps messages apart, SOCK_SEQPACKET. Nothing here waits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tlscore/base/result.h"
#include "tlscore/base/unique_fd.h"

namespace proxy {

/// No message is longer; what is beyond is cut off.
inline constexpr std::size_t kMaxDescriptorMessageBytes = 512;

struct DescriptorMessage {
  std::string text;              ///< Empty at the end of the conversation.
  tlscore::UniqueFd descriptor;  ///< None where none came; of several the first.
};

/// Listens at `path` for every user who can reach it there (mode 0666), in place of a socket that nobody
/// listens at. Fails with Refused when somebody listens, and with TooLarge or Internal.
[[nodiscard]] tlscore::Result<tlscore::UniqueFd> listen_for_messages(const std::string& path);

/// Connects. Fails with Unreachable when nobody listens at `path`, with TooLarge when whoever listens does
/// not keep up, else with Internal.
[[nodiscard]] tlscore::Result<tlscore::UniqueFd> connect_for_messages(const std::string& path);

/// Sends a copy of `descriptor`. Fails with Closed, or with TooLarge when it would have to wait.
[[nodiscard]] tlscore::Result<void> send_descriptor(int socket, std::string_view text, int descriptor);

/// Takes a message; nothing where none is there yet. Fails with Closed.
[[nodiscard]] tlscore::Result<std::optional<DescriptorMessage>> take_message(int socket);

}  // namespace proxy
