// `latchkey pac`: the PAC script of the configuration, what it answers for a URL, or a browser's policy.
#pragma once

#include "proxy/command_line.h"

namespace proxy {

/// `arguments` are those after `pac`. Prints the script, or with `--check URL` its answer (`PROXY ...` or
/// `DIRECT`) on one line, or with `--policy BROWSER` what browser_policy() gives. Needs no running daemon:
/// the proxy's address is the first of `listen.address` that is no UNIX socket.
///
/// Returns the exit status: 0, or 2 for wrong usage, a configuration that is broken, a URL in which programs
/// do not agree on the host, and a `listen.address` without a port that is known before the daemon runs; then
/// one sentence on `err`.
int run_pac(Arguments arguments, std::ostream& out, std::ostream& err);

}  // namespace proxy
