// After a logout of ours on a card that scdaemon shares: has it notice that the card wants its PIN again.
//
// A card's verified PINs are one for all programs. OpenSC's logout, and pcscd when a signer is killed, take
// them from scdaemon too, which believes that they are still in, and answers "Bad PIN" until it is ended.
#pragma once

#include <string>
#include <vector>

#include "tlscore/base/event_loop.h"
#include "tlscore/base/task.h"

namespace tlscore::token {

/// Where a scdaemon of this user talks to pcscd, has it reset the card ("SCD RESET", through gpg-agent): it
/// waits for what gpg is doing, and the next use by gpg asks for the PIN. Takes about a second then, at most
/// 3, and a few milliseconds otherwise. Failures are no matter: there is nothing else to be done.
Task<void> tell_gnupg_of_logout(EventLoop& loop);

/// The command that does it.
[[nodiscard]] std::vector<std::string> logout_command();

}  // namespace tlscore::token
