// The assessors' findings, made into a client.
#include "proxy/gate_judge.h"

#include "proxy/gate_openpgp.h"
#include "tlscore/x509/date.h"

namespace proxy {

using namespace tlscore;

judge::Presented presented_by_client(const tls::Engine& engine, Bytes openpgp) {
  const ByteView sent = engine.peer_openpgp();
  if (openpgp.empty()) openpgp.assign(sent.begin(), sent.end());
  return {.host = "the client",
          .role = judge::Role::Client,
          .chain = engine.peer_chain(),
          .openpgp = std::move(openpgp),
          .key = engine.peer_key(),
          .now = x509::now()};
}

Task<GateClient> judge_client(const GateSettings& settings, const judge::Presented& presented,
                              Cancel& cancel) {
  if (!presented.key) co_return GateClient{};
  if (settings.keyring() != nullptr) {
    auto by_openpgp =
        co_await judge_openpgp_client(*settings.keyring(), *settings.outcomes(), presented, cancel);
    if (by_openpgp) co_return std::move(*by_openpgp);
  }
  const PartyTrust& trust = settings.trust();
  judge::Remembered remembered{.cache = settings.outcomes()};
  const judge::Judgement judgement =
      co_await judge::judge(presented, trust.expression, trust.assessors, cancel, std::move(remembered));
  GateClient client = judgement.trusted() ? client_of_ca(presented.chain.front())
                                          : client_with_key(*presented.key, judgement.summary);
  client.expires = judgement.expires;
  co_return client;
}

}  // namespace proxy
