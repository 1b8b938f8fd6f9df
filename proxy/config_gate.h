// Reads the `[[gate]]` sections of the configuration.
#pragma once

#include "proxy/config_reader.h"
#include "proxy/gate_config.h"

namespace proxy {

/// Fails as parse_config says (config.h): also where certificates and keys are not as many, and as check_gate
/// does.
[[nodiscard]] tlscore::Result<GateConfig> read_gate(ConfigSection& section);

}  // namespace proxy
