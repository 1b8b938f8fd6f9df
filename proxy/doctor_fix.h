// What `latchkey doctor --fix` mends by itself: GnuPG's scdaemon that takes the card for itself alone.
#pragma once

#include <string>

#include "proxy/doctor_facts.h"

namespace proxy {

/// Adds the lines that scdaemon.conf lacks at its end, the rest of the file stays as it is, and ends the
/// scdaemon that runs, so that the next one reads them. Says what was done, one sentence; empty where nothing
/// is wrong. Only where the configured token is a card that GnuPG does not sign with. Blocks.
///
/// Fails with TooLarge for a file that was not read whole, with Internal where it cannot be written, and as
/// run_program does where scdaemon could not be told.
[[nodiscard]] tlscore::Result<std::string> fix_gnupg(const DoctorFacts& facts);

}  // namespace proxy
