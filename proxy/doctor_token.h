// The doctor's checks of the hardware, GnuPG beside it, and the token and its keys.
#pragma once

#include "proxy/doctor.h"

namespace proxy {

[[nodiscard]] Diagnosis check_udev(const DoctorFacts& facts);
/// Installed, and answering; skipped where the token is no card.
[[nodiscard]] Diagnosis check_pcscd(const DoctorFacts& facts);
/// Each USB reader is one of PC/SC's, and one of them holds a card that nobody has for himself alone.
[[nodiscard]] Diagnosis check_readers(const DoctorFacts& facts);
/// Where GnuPG is in use beside a card: scdaemon is told to share it.
[[nodiscard]] Diagnosis check_gnupg(const DoctorFacts& facts);
/// The daemon has opened a token; without the daemon: skipped.
[[nodiscard]] Diagnosis check_token(const DoctorFacts& facts);
[[nodiscard]] Diagnosis check_pin_tries(const DoctorFacts& facts);
/// The key of each party's identity is on an armed token.
[[nodiscard]] Diagnosis check_keys(const DoctorFacts& facts);
/// Each of these keys has a certificate that lasts for another 30 days.
[[nodiscard]] Diagnosis check_certificates(const DoctorFacts& facts);

}  // namespace proxy
