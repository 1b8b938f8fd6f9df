// The doctor's checks of browsers: do they know the local CAs, and can they go around Latchkey.
#pragma once

#include "proxy/doctor.h"

namespace proxy {

/// Every store of a browser has every local CA. Skipped where no browser has been used.
[[nodiscard]] Diagnosis check_browsers(const DoctorFacts& facts);

/// The browsers that have been used here have a policy without which they go to parties by themselves while
/// Latchkey does not run. Without one: skipped, with what to do, because it is for all users of the machine;
/// one that is not what it should be now is a warning.
[[nodiscard]] Diagnosis check_policies(const DoctorFacts& facts);

}  // namespace proxy
