// `latchkey doctor`: checks the whole set-up and says what to do about each finding.
#pragma once

#include "proxy/command_line.h"

namespace proxy {

/// Works with the daemon running or not, and never asks for a PIN. Exit status: 0 all well, 1 otherwise, 2
/// usage.
int run_doctor(Arguments arguments, std::ostream& out, std::ostream& err);

}  // namespace proxy
