// Outcomes in memcached: several servers, each with its part of the keys.
#pragma once

#include <memory>

#include "tlscore/judge/memcached_link.h"
#include "tlscore/judge/outcome_server.h"

namespace tlscore::judge {

/// A server that is dead, slow, full or lies costs its part of the outcomes, and a judgement at most
/// kMaxDelay until it is left out (outcome_server.h).
class OutcomeServers final : public OutcomeStore {
 public:
  /// Connects to nobody yet; the loop outlives it. Fails with Internal without memory.
  static Result<std::unique_ptr<OutcomeServers>> create(EventLoop& loop,
                                                        const std::vector<MemcachedRing::Server>& servers);

  [[nodiscard]] Task<std::vector<Bytes>> get(std::vector<OutcomeKey> keys, Cancel& cancel) override;
  void set(const OutcomeKey& key, Bytes entry, std::chrono::seconds lifetime) override;
  void refuse(const OutcomeKey& key) override;
  [[nodiscard]] std::vector<OutcomeServerState> servers() const override;

 private:
  OutcomeServers(EventLoop& loop, MemcachedRing ring) : m_loop(loop), m_ring(std::move(ring)) {}

  EventLoop& m_loop;
  MemcachedRing m_ring;
  std::vector<std::unique_ptr<OutcomeServer>> m_servers;
};

}  // namespace tlscore::judge
