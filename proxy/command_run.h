// `latchkey run`: the proxy, in the foreground.
#pragma once

#include "proxy/command_line.h"

namespace proxy {

/// Until SIGTERM or SIGINT. SIGHUP reads the configuration again.
/// Exit status: 0 stopped, 1 failed, 2 usage or configuration.
int run_daemon(Arguments arguments, std::ostream& out, std::ostream& err);

}  // namespace proxy
