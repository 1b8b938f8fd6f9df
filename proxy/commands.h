// The subcommands that talk to a running daemon, or through it. Each takes what follows its name and returns
// the process's exit status; each has --help.
#pragma once

#include "proxy/command_line.h"

namespace proxy {

int run_status(Arguments arguments, std::ostream& out, std::ostream& err);
int run_explain(Arguments arguments, std::ostream& out, std::ostream& err);
int run_unlock(Arguments arguments, std::ostream& out, std::ostream& err);
int run_lock(Arguments arguments, std::ostream& out, std::ostream& err);
int run_reload(Arguments arguments, std::ostream& out, std::ostream& err);
/// Returns only when the program could not be started, or has ended.
int run_exec(Arguments arguments, std::ostream& out, std::ostream& err);
/// A stream on standard input and output.
int run_connect(Arguments arguments, std::ostream& out, std::ostream& err);

}  // namespace proxy
