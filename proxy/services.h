// What every connection uses and none owns.
#pragma once

#include <functional>
#include <memory>

#include "openpgp-auth/keyring_lookups.h"
#include "proxy/settings.h"
#include "tlscore/base/event_loop.h"

namespace proxy {

class Credentials;
class DemoParty;
class LiveConnections;
class PartyMemory;
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
  openpgp_auth::KeyringLookups& keyring;
  std::shared_ptr<const Settings> settings;  ///< The current ones; a reload replaces them.
  std::vector<std::string> addresses{};      ///< What the port listens on, "127.0.0.1:6091".
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
