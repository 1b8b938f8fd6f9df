// What `make run` prints: a few commands that work as they stand.
#pragma once

#include <ostream>

#include "proxy/services.h"

namespace proxy {

/// Prints the commands for the address that the proxy listens at.
void print_first_steps(const Services& services, std::ostream& out);

}  // namespace proxy
