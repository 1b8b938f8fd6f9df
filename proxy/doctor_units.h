// The doctor's check of systemd's units: does anything start Latchkey, and hold its port.
#pragma once

#include "proxy/doctor.h"

namespace proxy {

/// A unit that has failed is a problem. One that nobody has started, though a configuration is there, is a
/// warning, and so are udev rules that are missing. Skipped without systemd, or without the units: the daemon
/// does all of it by itself, once it is started.
[[nodiscard]] Diagnosis check_units(const DoctorFacts& facts);

}  // namespace proxy
