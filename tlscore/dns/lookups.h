// Looks names up and follows their aliases, and remembers what it found.
#pragma once

#include <memory>
#include <set>

#include "tlscore/dns/findings.h"
#include "tlscore/dns/ttl_cache.h"

namespace tlscore::dns {

/// Names that the user has taken out of DNSSEC. Gives a clause that says why, or nothing.
using LeftOut = std::function<std::optional<std::string>(const Name& name)>;

/// What is at the end of the aliases.
struct Found {
  Security security = Security::Unreachable;  ///< The worst of all steps.
  std::string reason{};
  Name name{};                    ///< Where the aliases lead.
  std::vector<Record> records{};  ///< There; also when insecure.
  Security first =
      Security::Unreachable;  ///< Of the first step alone: of the zone that the question's name is in.
  std::chrono::sys_seconds expires{};
};

/// The addresses of a host, IPv6 and IPv4, as text.
struct HostAddresses {
  Security security = Security::Unreachable;  ///< The worse of both lookups.
  std::string reason{};
  std::string name{};  ///< Where the aliases lead.
  std::vector<std::string> addresses{};
  std::chrono::sys_seconds expires{};
};

/// Loop's thread only. Several lookups may be under way at once.
class Lookups {
 public:
  static constexpr std::size_t kMaxAliases = 8;
  static constexpr std::size_t kKept = 2000;

  Lookups(std::unique_ptr<Findings> findings, LeftOut left_out, Clock now);

  /// Never fails: what goes wrong is Bogus or Unreachable. `cancel` outlives the task; it ends soon when that
  /// is requested, and after Effort::kTime at the latest.
  Task<Found> find(Question question, Cancel& cancel);

  /// The same for AAAA and A together.
  Task<HostAddresses> find_addresses(Name name, Cancel& cancel);

  /// Why `name` is not asked for proofs, if it is not.
  [[nodiscard]] std::optional<std::string> why_left_out(const Name& name) const { return m_left_out(name); }
  [[nodiscard]] std::chrono::sys_seconds now() const { return m_now(); }

 private:
  Task<Found> follow(Question question, Cancel& cancel);
  Task<Finding> find_one(Question question, Effort& effort, Cancel& cancel);

  std::unique_ptr<Findings> m_findings;
  LeftOut m_left_out;
  Clock m_now;
  TtlCache<Question, Found> m_found{kKept};
};

/// The worse of two: bogus, then unreachable, then insecure.
[[nodiscard]] Security worse(Security a, Security b);

}  // namespace tlscore::dns
