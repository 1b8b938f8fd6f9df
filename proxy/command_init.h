// `latchkey init`: a first set-up, or another party, in a dialogue on the terminal.
#pragma once

#include "proxy/command_line.h"

namespace proxy {

/// Asks on standard input. Writes and runs nothing that was not agreed to; a file that is there already is
/// only added to. Exit status: 0 done, 1 stopped or failed, 2 usage, or a configuration that cannot be read.
int run_init(Arguments arguments, std::ostream& out, std::ostream& err);

}  // namespace proxy
