// Reads the `[[party]]` sections of the configuration.
#pragma once

#include <set>
#include <string>

#include "proxy/config_reader.h"
#include "proxy/party.h"

namespace proxy {

/// Reads one party after another, and remembers what they claim: no host and port may belong to two.
class PartyReader {
 public:
  /// Fails as parse_config says (config.h).
  [[nodiscard]] tlscore::Result<Party> read(ConfigSection& section);

 private:
  [[nodiscard]] tlscore::Result<void> claim(const Party& party, const ConfigSection& section);

  std::set<std::string, std::less<>> m_claimed{};  ///< `host port`.
};

/// The built-in party. How it is trusted is for whoever runs its other side to fill in.
[[nodiscard]] Party demo_party();

}  // namespace proxy
