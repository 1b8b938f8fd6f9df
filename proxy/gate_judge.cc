// The assessors' findings, made into a client.
#include "proxy/gate_judge.h"

#include "tlscore/x509/date.h"

namespace proxy {

using namespace tlscore;

judge::Presented presented_by_client(const tls::Engine& engine) {
  judge::Presented presented{
      .host = "the client", .role = judge::Role::Client, .chain = engine.peer_chain(), .now = x509::now()};
  if (!presented.chain.empty()) presented.key = presented.chain.front().public_key();
  return presented;
}

Task<GateClient> judge_client(const PartyTrust& trust, const judge::Presented& presented, Cancel& cancel) {
  if (!presented.key) co_return GateClient{};
  const judge::Judgement judgement =
      co_await judge::judge(presented, trust.expression, trust.assessors, cancel);
  GateClient client = judgement.trusted() ? client_of_ca(presented.chain.front())
                                          : client_with_key(*presented.key, judgement.summary);
  client.expires = judgement.expires;
  co_return client;
}

}  // namespace proxy
