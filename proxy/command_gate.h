// `latchkey gate`: one gate, in the foreground.
#pragma once

#include "proxy/command_line.h"
#include "proxy/config.h"
#include "proxy/gate_config.h"

namespace proxy {

/// The gate that the options describe. Fails with Malformed, naming the option.
[[nodiscard]] tlscore::Result<GateConfig> gate_from_options(const ParsedArguments& parsed);

/// How its judgements are shared, as the section [cache] says it. Fails as above.
[[nodiscard]] tlscore::Result<CacheConfig> gate_cache_from_options(const ParsedArguments& parsed);

/// Prints "listening at ADDRESS" once it does. Returns the exit status: 0 stopped, 1 failed, 2 usage, or a
/// file that cannot be read at the start.
int run_gate(Arguments arguments, std::ostream& out, std::ostream& err);

}  // namespace proxy
