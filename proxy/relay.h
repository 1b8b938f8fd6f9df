// Carries octets between a client and its party, both ways, until both have ended.
#pragma once

#include <cstdint>

#include "tlscore/base/stream.h"

namespace proxy {

/// Octets carried so far; may be looked at while the relay runs.
struct RelayCounts {
  std::uint64_t to_party = 0;
  std::uint64_t to_client = 0;
};

/// Runs until both directions have ended or one has failed. The end of one direction is passed on and the
/// other goes on (half-close). A direction that breaks ends both, by a reset, so that nobody takes a part for
/// the whole. A reader that is slow slows its writer: at most one buffer of 16 KiB waits in each direction,
/// and none while nothing moves. Returns the first failure; `cancel` is one.
tlscore::Task<tlscore::Result<void>> relay(tlscore::EventLoop& loop, tlscore::Stream& client,
                                           tlscore::Stream& party, RelayCounts& counts,
                                           tlscore::Cancel& cancel);

}  // namespace proxy
