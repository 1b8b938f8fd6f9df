// The chain of trust: from the root key down, zone by zone, to the zone that holds a name (RFC 4035, section
// 5).
#pragma once

#include <memory>

#include "tlscore/base/worker.h"
#include "tlscore/dns/client.h"
#include "tlscore/dns/findings.h"
#include "tlscore/dns/trust_anchor.h"
#include "tlscore/dns/ttl_cache.h"

namespace tlscore::dns {

/// Validates here. Signatures and hashes are computed on a thread of its own: a hostile key of 3000 bits with
/// an exponent as long costs milliseconds, and a lookup may have many.
///
/// A zone is found by asking for the DS of each name from the top-level domain down. What was found is kept
/// for as long as all that it rests on.
///
/// What one server says and cannot prove is asked of the next ones: one that lies or is broken does not cut
/// off a zone that others know. Silence of the others heals nothing.
class Chain final : public Findings {
 public:
  static constexpr std::size_t kZonesKept = 1000;
  /// How many servers are asked for one thing until one of them proves it.
  static constexpr std::size_t kMaxDoubted = 3;
  /// What is wrong now may be right soon.
  static constexpr std::chrono::seconds kBogusKept{30};

  /// `loop` outlives it, and it outlives every find().
  Chain(EventLoop& loop, ServerSource servers, TrustAnchor anchor, Clock now);

  Task<Finding> find(Question question, Effort& effort, Cancel& cancel) override;
  Task<Finding> find_unproven(Question question, Effort& effort, Cancel& cancel) override;

 private:
  /// What is known of the place that a name has in the tree.
  struct Place {
    Security security = Security::Unreachable;
    std::string reason{};
    std::shared_ptr<const SignedZone> zone{};  ///< The deepest zone that holds the name; where it is secure.
    std::chrono::sys_seconds expires{};
  };
  using Response = std::shared_ptr<const Message>;
  template <class Judged>
  using Judge = std::function<Task<Judged>(Response)>;

  /// Until `judge` finds an answer that is not bogus. Judged is Finding or Place.
  template <class Judged>
  Task<Judged> ask_until_proven(Question question, Judge<Judged> judge, Effort& effort, Cancel& cancel);
  Task<Finding> judge_answer(Response response, Effort& effort, Cancel& cancel);
  Task<Place> judge_keys(Response response, std::vector<Record> ds, std::chrono::sys_seconds expires,
                         Effort& effort, Cancel& cancel);
  Task<Place> place_of(Name name, Effort& effort, Cancel& cancel);
  Task<Place> place_of_root(Effort& effort, Cancel& cancel);
  Task<Place> place_below(Name name, Place parent, Effort& effort, Cancel& cancel);
  Task<Place> place_with_keys(Name name, std::vector<Record> ds, std::chrono::sys_seconds expires,
                              Effort& effort, Cancel& cancel);
  Task<Finding> judge_on_thread(Response response, std::shared_ptr<const SignedZone> zone, Effort& effort,
                                Cancel& cancel);
  void keep(const Name& name, const Place& place);

  Clock m_now;
  TrustAnchor m_anchor;
  Client m_client;
  TtlCache<Name, Place> m_places{kZonesKept};
  Workers m_worker;  // last: it ends first, with what runs on it
};

}  // namespace tlscore::dns
