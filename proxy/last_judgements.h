// What was found of each party the last time that it was asked, for `status`: nothing is decided by it.
//
// A connection that resumes a session, or that ends before the party has shown anything, leaves it as it was.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>

#include "tlscore/judge/judgement.h"

namespace proxy {

struct LastJudgement {
  std::string party;        ///< The name of the party (Party::name).
  std::string destination;  ///< "host:port"; a party may be any host of a domain.
  std::chrono::system_clock::time_point when;
  tlscore::judge::Judgement judgement;
};

class LastJudgements {
 public:
  /// The oldest goes when there are more: a party may have as many hosts as somebody likes to ask for.
  static constexpr std::size_t kKept = 200;

  /// Takes the place of what was found of this destination before.
  void found(std::string party, std::string destination, tlscore::judge::Judgement judgement);
  /// The newest first.
  [[nodiscard]] const std::list<LastJudgement>& all() const { return m_all; }
  /// The rules have changed by which they were found.
  void forget() { m_all.clear(); }

 private:
  std::list<LastJudgement> m_all;
};

}  // namespace proxy
