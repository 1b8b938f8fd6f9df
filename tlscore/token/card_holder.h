// Which programs use a smart card: those that talk to pcscd, and those that have a USB reader for themselves.
//
// Found out where a token cannot be opened, so that the person is told which program has it, and what mends
// that. Mostly it is GnuPG's scdaemon, which takes a card for itself alone unless it is told to share it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tlscore/token/process_table.h"
#include "tlscore/token/unix_diag.h"

namespace tlscore::token {

/// A program that uses a card.
struct CardHolder {
  int pid = 0;         ///< 0: not known which one, as the processes of other users are hidden.
  uid_t owner = 0;     ///< Whose it is.
  std::string name{};  ///< Empty where `pid` is 0. Foreign text.

  friend bool operator==(const CardHolder&, const CardHolder&) = default;
};

/// The programs that talk to pcscd now, GnuPG's first, and Latchkey's own processes left out: by the peers of
/// pcscd's sockets. scdaemon hides what it has open; of this user's it is told by its name, where somebody of
/// this user talks to pcscd who hides. Empty when the kernel does not tell, or pcscd is not there.
///
/// Reads all of /proc: milliseconds, for no hot path.
[[nodiscard]] std::vector<CardHolder> programs_at_pcscd();

/// The programs that have that USB device open, past pcscd, as scdaemon's own driver does.
[[nodiscard]] std::vector<CardHolder> programs_at_usb_device(std::uint16_t bus, std::uint16_t device);

[[nodiscard]] bool is_gnupg(const CardHolder& holder);

/// For people, safe to print: "scdaemon (GnuPG), process 4711", "a or b" where there are several, "another
/// program" where there is none.
[[nodiscard]] std::string describe(const std::vector<CardHolder>& holders);

/// One sentence that names the holders and what mends it: "scdaemon (GnuPG), process 4711, has the card for
/// itself alone: put the lines `disable-ccid` and `pcsc-shared` into ~/.gnupg/scdaemon.conf, then run
/// `gpgconf --kill scdaemon`; or have GnuPG sign, with `module = "gpg-agent"` in [token]". No full stop.
[[nodiscard]] std::string held_sentence(const std::vector<CardHolder>& holders);

// What decides, apart from the reading.

/// Who is asking, and so not told of.
struct Asking {
  uid_t user = 0;
  std::string program{};  ///< Processes of this user with this name are ours.
};

/// Of `processes` (read with the wanted links of client_links), those that hold the other ends of the sockets
/// that are bound to `service`.
[[nodiscard]] std::vector<CardHolder> choose_pcscd_users(const std::vector<UnixSocket>& sockets,
                                                         FileId service,
                                                         const std::vector<Process>& processes,
                                                         const Asking& asking);

/// The links of the other ends of the sockets that are bound to `service`: {"socket:[123]"}.
[[nodiscard]] std::vector<std::string> client_links(const std::vector<UnixSocket>& sockets, FileId service);

/// Those that have the file open; where nobody tells so, this user's scdaemon if there is one that hides.
[[nodiscard]] std::vector<CardHolder> choose_file_users(const std::vector<Process>& processes,
                                                        const Asking& asking);

}  // namespace tlscore::token
