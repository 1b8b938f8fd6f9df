// Believes what a resolver says of its own validation (`dnssec = "resolver"`).
#pragma once

#include "tlscore/dns/client.h"
#include "tlscore/dns/findings.h"

namespace tlscore::dns {

/// The AD bit (RFC 6840, section 5.8). Only for servers on loopback: the bit crosses the way from them
/// unprotected. A failure is bogus where the same question succeeds with validation turned off.
class Believing final : public Findings {
 public:
  /// `loop` outlives it, and it outlives every find(). Servers that are not on loopback are never asked.
  Believing(EventLoop& loop, ServerSource servers, Clock now);

  Task<Finding> find(Question question, Effort& effort, Cancel& cancel) override;
  Task<Finding> find_unproven(Question question, Effort& effort, Cancel& cancel) override;

 private:
  Task<bool> is_alias_secure(Name name, Effort& effort, Cancel& cancel);

  Clock m_now;
  Client m_client;
};

}  // namespace tlscore::dns
