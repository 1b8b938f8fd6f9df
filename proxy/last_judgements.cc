// A list, newest first.
#include "proxy/last_judgements.h"

namespace proxy {

using namespace tlscore;

void LastJudgements::found(std::string party, std::string destination, judge::Judgement judgement) {
  m_all.remove_if([&](const LastJudgement& one) { return one.destination == destination; });
  m_all.push_front({.party = std::move(party),
                    .destination = std::move(destination),
                    .when = std::chrono::system_clock::now(),
                    .judgement = std::move(judgement)});
  if (m_all.size() > kKept) m_all.pop_back();
}

}  // namespace proxy
