// `latchkey verify`: the judgement of a party, offline, on files.
#pragma once

#include <iosfwd>
#include <span>

namespace proxy {

/// Runs the command on the arguments after its name. Writes what was found to `out`, and errors, one sentence
/// each, to `err`. Returns the exit status: 0 trusted, 1 refused (also where what was presented is no
/// certificate that we read), 2 usage or another file that cannot be read.
int run_verify(std::span<const char* const> args, std::ostream& out, std::ostream& err);

}  // namespace proxy
