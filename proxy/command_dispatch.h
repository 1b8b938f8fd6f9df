// `latchkey dispatch`: the system's part of a machine that has the package. Started by systemd, not by
// people.
#pragma once

#include "proxy/command_line.h"

namespace proxy {

/// The dispatcher, until SIGTERM or SIGINT; or, with --enter PATH, enters this user's socket and ends.
/// Exit status: 0 stopped or entered, 1 failed, 2 usage.
int run_dispatch(Arguments arguments, std::ostream& out, std::ostream& err);

}  // namespace proxy
