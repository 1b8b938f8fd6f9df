// `latchkey token`: which tokens and keys there are, and the certificates of keys.
#pragma once

#include <iosfwd>
#include <span>

namespace proxy {

/// Runs the command on the arguments after its name, with a signer process of its own: no daemon is needed.
/// The PIN is asked for only to sign, on the terminal if standard input is one, else as the configuration
/// says. Returns the exit status: 0 done, 1 failed, 2 usage or configuration.
int run_token(std::span<const char* const> args, std::ostream& out, std::ostream& err);

}  // namespace proxy
