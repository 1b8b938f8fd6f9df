// The doctor's check of the name servers: do they answer, and can their answers be proven.
#pragma once

#include "proxy/doctor.h"

namespace proxy {

/// What is wrong is a problem where a party's `trust` names dane, a warning where another party's address has
/// to be looked up, and skipped where all addresses are fixed. A resolver that must not be believed keeps the
/// daemon from starting: always a problem.
[[nodiscard]] Diagnosis check_dns(const DoctorFacts& facts);

}  // namespace proxy
