// Connects to the first of a host's addresses that answers ("happy eyeballs", RFC 8305).
//
// What is dialled is not decided here: each address is put to a function that is given in.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "proxy/socket_address.h"
#include "tlscore/base/cancel.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/base/task.h"
#include "tlscore/base/unique_fd.h"

namespace proxy {

struct DialLimits {
  std::chrono::milliseconds whole{10'000};       ///< For all attempts together.
  std::chrono::milliseconds attempt_delay{250};  ///< Until the next begins (RFC 8305, section 8).
};

/// Says of an address, right before it is dialled, why it may not be.
using AddressCheck = std::function<tlscore::Result<void>(const SocketAddress&)>;

/// A TCP connection to one of `addresses`: non-blocking, closed on exec, TCP_NODELAY.
///
/// Families alternate, IPv6 first. An attempt that fails is followed by the next at once, one that is silent
/// after `attempt_delay`. The first that is connected wins; all others are closed before this returns. When
/// `cancel` is requested, all are closed within that call.
///
/// `name` is what the user calls the host, for the error, which names each address and what became of it:
/// NotFound without addresses, Refused when the check let none through, TimedOut after `limits.whole`,
/// Unreachable when every attempt failed, or the reason of `cancel`.
[[nodiscard]] tlscore::Task<tlscore::Result<tlscore::UniqueFd>> dial(
    tlscore::EventLoop& loop, std::string name, std::vector<SocketAddress> addresses, AddressCheck check,
    tlscore::Cancel& cancel, DialLimits limits);

/// The same addresses with the families alternating, IPv6 first; within a family the order stays (RFC 8305,
/// section 4, with a First Address Family Count of 1).
[[nodiscard]] std::vector<SocketAddress> alternate_families(const std::vector<SocketAddress>& addresses);

}  // namespace proxy
