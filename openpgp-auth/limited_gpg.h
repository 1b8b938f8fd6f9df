// What GPGME is told to start in place of gpg: gpg, offline, with a limit of time, and with an end that is
// told.
//
// GPGME cannot end a gpg that hangs, and does not learn how gpg ended: a listing that broke off looks to it
// like one that is over, and then a key that was revoked would look like one that is not there. So our own
// binary stands under the name "gpg" before it, starts it, and adds its end to the status lines.
#pragma once

#include <chrono>
#include <span>
#include <string_view>

namespace openpgp_auth {

/// The status line that comes last, "[GNUPG:] LATCHKEY_ENDED 0": gpg's exit status, or 128 and the number of
/// the signal that it died of. A gpg that cannot be started ends with 127.
inline constexpr std::string_view kGpgEndedKeyword = "LATCHKEY_ENDED";
inline constexpr int kGpgDiedOfSignal = 128;
inline constexpr int kGpgNotStarted = 127;

/// How long one gpg may run. SIGTERM then, so that it takes its locks away, and SIGKILL a second later.
inline constexpr std::chrono::milliseconds kGpgLimit{10'000};

/// Whether `program`, as in argv[0], says that GPGME started us.
[[nodiscard]] bool is_called_gpg(std::string_view program);

/// Runs the gpg of $PATH with these arguments (argv[0] included) and inherited descriptors, to its end. What
/// it may not do whatever its gpg.conf says: start an agent, dirmngr or keyboxd, ask the network for keys,
/// ask the user. It ends when we are killed, too. Returns its end as the status line has it.
int run_limited_gpg(std::span<char* const> arguments, std::chrono::milliseconds limit = kGpgLimit);

}  // namespace openpgp_auth
