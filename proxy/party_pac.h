// The PAC rules of the parties: for the page /proxy.pac and for `latchkey pac`.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "pac/pac_script.h"
#include "proxy/party.h"

namespace proxy {

/// One rule for each host of each party, whatever its ports: a request for a port that the party lacks is for
/// the proxy to refuse.
[[nodiscard]] std::vector<pac::PacRule> pac_rules(std::span<const Party> parties);

}  // namespace proxy
