// `latchkey ca`: the local CAs of the user's parties, and the browsers that are to know them.
#pragma once

#include "proxy/command_line.h"

namespace proxy {

/// export, install, uninstall. No daemon is needed. Exit status: 0 done, 1 failed, 2 usage or configuration.
int run_ca(Arguments arguments, std::ostream& out, std::ostream& err);

}  // namespace proxy
