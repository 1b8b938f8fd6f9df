// What every connection uses and none owns.
#pragma once

#include <functional>
#include <memory>

#include "openpgp-auth/keyring_lookups.h"
#include "proxy/settings.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/judge/outcome_cache.h"

namespace proxy {

class Credentials;
class DemoParty;
class Gates;
class IdentityQuestions;
class LastJudgements;
class LiveConnections;
class LocalLeaves;
class PartyMemory;
struct PageState;
class Resolver;
class Tokens;

/// Lives as long as the daemon. All on the loop's thread.
struct Services {
  tlscore::EventLoop& loop;
  Resolver& resolver;
  Tokens& tokens;
  LiveConnections& connections;
  Credentials& credentials;
  DemoParty& demo;
  PartyMemory& memory;
  LastJudgements& judgements;
  IdentityQuestions& questions;
  PageState& pages;
  LocalLeaves& leaves;
  openpgp_auth::KeyringLookups& keyring;
  std::shared_ptr<tlscore::judge::OutcomeCache> outcomes;  ///< A reload replaces it.
  std::shared_ptr<const Settings> settings;                ///< The current ones; a reload replaces them.
  const Gates* gates = nullptr;                            ///< Null until they are there.
  std::vector<std::string> addresses{};  ///< What the port listens on, "127.0.0.1:6091"; paths last.
  std::optional<uid_t> dispatcher{};     ///< Who holds the port for us, where somebody does.
};

/// How long each phase of a connection may take.
struct Limits {
  static constexpr std::chrono::seconds kRequestHeader{30};  ///< A client that sends a request.
  static constexpr std::chrono::seconds kIdleClient{120};    ///< Between two requests.
  static constexpr std::chrono::seconds kResolve{10};
  static constexpr std::chrono::seconds kConnect{10};
  static constexpr std::chrono::seconds kHandshakeWait{15};  ///< For each wait for the party.
  static constexpr std::chrono::seconds kBodyWait{300};      ///< For each wait in a message's body.
  static constexpr std::chrono::milliseconds kSilence{300};  ///< After success: then the server speaks first.
  static constexpr std::size_t kConnections = 2000;
  static constexpr std::size_t kHeaderBytes = std::size_t{64} * 1024;
};

}  // namespace proxy
