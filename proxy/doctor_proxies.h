// The doctor's check of what the browsers take as their proxy.
#pragma once

#include "proxy/doctor.h"

namespace proxy {

/// Every browser loads the PAC file of the daemon. A browser that has not been told of Latchkey is none of
/// its business: skipped, with what would tell it. One that has been told of another port, or goes around
/// Latchkey to a party in spite of it, is a warning.
[[nodiscard]] Diagnosis check_proxies(const DoctorFacts& facts);

}  // namespace proxy
