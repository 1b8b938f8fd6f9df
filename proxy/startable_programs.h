// Which programs the proxy's launcher starts (tlscore/base/launcher.h). Pure.
#pragma once

#include <string>
#include <vector>

#include "proxy/config.h"
#include "tlscore/base/launch.h"

namespace proxy {

/// What the user has said, of all that matters here.
struct ProgramsConfigured {
  std::vector<std::string> hooks{};  ///< Paths of `exec:` rules.
  bool signer_network = false;       ///< `token.network`.

  [[nodiscard]] static ProgramsConfigured of(const Config& config);
  [[nodiscard]] static ProgramsConfigured of(const GateConfig& gate);
};

/// Whether `what` is one of these, with nothing added:
///   - ourselves, as signer (its environment: SOFTHSM2_CONF, and less) as the keyring's process, or as
///     one that looks at other processes;
///   - certutil, to list a browser's store; gpg-connect-agent, to tell GnuPG of a logout;
///   - an authorization hook that is configured.
[[nodiscard]] bool is_startable(const tlscore::Launch& what, const ProgramsConfigured& configured);

}  // namespace proxy
