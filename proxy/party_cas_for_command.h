// The local CAs as a command gets them: from files, or first made by the daemon, whose token signs.
#pragma once

#include "proxy/party_cas.h"

namespace proxy {

/// As open_party_cas, with the key that the daemon has armed now. Where some are missing it is asked to make
/// them, which blocks; nothing is missing in what is returned. Fails with Disarmed, and a sentence that says
/// what to do, where some are missing and no daemon runs, its token is not armed, or it works with another
/// configuration; with Unsupported where the key on the token is none for a CA.
[[nodiscard]] tlscore::Result<PartyCas> party_cas_for_command(const Config& config, const std::string& host,
                                                              const std::string& state_folder);

}  // namespace proxy
