// `latchkey run`: puts the parts together, runs them, and takes them apart again.
#pragma once

#include "proxy/command_line.h"

namespace proxy {

/// The proxy, in the foreground, until SIGTERM or SIGINT. SIGHUP reads the configuration again.
/// Exit status: 0 stopped, 1 failed, 2 usage or configuration.
int run_daemon(Arguments arguments, std::ostream& out, std::ostream& err);

}  // namespace proxy
