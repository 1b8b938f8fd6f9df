// One look at what the daemon watches: the USB tokens and card readers that are there now, for subcommands
// that ask no daemon.
#pragma once

#include <vector>

#include "proxy/token_places.h"
#include "tlscore/base/result.h"
#include "tlscore/token/card_readers.h"
#include "udev/usb_token.h"

namespace proxy {

/// What udev and pcscd say at one moment.
struct SeenReaders {
  tlscore::token::CardReaders readers{};
  tlscore::Result<std::vector<udev::UsbToken>> usb{};  ///< Or why udev does not tell.
};

/// Looks, on an event loop of its own: 200 ms, and 3 s where pcscd hangs. No card is opened.
[[nodiscard]] SeenReaders look_at_readers();

/// Who has the first USB reader open that pcscd should see and does not.
[[nodiscard]] std::vector<tlscore::token::CardHolder> holders_of_unseen(const SeenReaders& seen);

/// The tokens that are in, as the configuration's `source` looks for them, but held by another program.
[[nodiscard]] std::vector<TokenPlace> held_places(const SeenReaders& seen, TokenSource source);

}  // namespace proxy
