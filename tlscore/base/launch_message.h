// A Launch on the socket between a process and its launcher. Pure: no sockets here.
#pragma once

#include <vector>

#include "tlscore/base/bytes.h"
#include "tlscore/base/launch.h"

namespace tlscore {

/// No message is longer, and none carries more descriptors.
inline constexpr std::size_t kMaxLaunchBytes = 64UL * 1024;
inline constexpr std::size_t kMaxLaunchDescriptors = 8;

/// The octets, without the descriptors: of these only the numbers that they are to have. Fails with TooLarge.
[[nodiscard]] Result<Bytes> encode_launch(const Launch& what);

/// What encode_launch made. `descriptors` are those that came along, as many as there are numbers. Fails with
/// Malformed for anything else, for no program, and for a text with NUL in it.
[[nodiscard]] Result<Launch> decode_launch(ByteView message, const std::vector<int>& descriptors);

}  // namespace tlscore
