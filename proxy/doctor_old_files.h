// The doctor's check of what earlier parties, tokens and programs have left.
#pragma once

#include "proxy/doctor.h"

namespace proxy {

/// A browser that still trusts the local CA of a party that is gone, a second daemon, and half-written files
/// are warnings. What only takes room is told, and skipped.
[[nodiscard]] Diagnosis check_old_files(const DoctorFacts& facts);

}  // namespace proxy
