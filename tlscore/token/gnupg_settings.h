// What GnuPG's scdaemon has to be told so that it shares the card: two lines in its scdaemon.conf.
//
// By default it opens the reader past pcscd, or the card for itself alone; then OpenSC finds no token.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tlscore::token {

/// $GNUPGHOME, else ~/.gnupg; empty without either.
[[nodiscard]] std::string gnupg_home();

/// Of "disable-ccid" and "pcsc-shared", those that this text of a scdaemon.conf does not have.
[[nodiscard]] std::vector<std::string> missing_sharing_lines(std::string_view scdaemon_conf);

/// "put the lines `disable-ccid` and `pcsc-shared` into ~/.gnupg/scdaemon.conf, then run `gpgconf --kill
/// scdaemon`"
[[nodiscard]] std::string how_gnupg_shares();

}  // namespace tlscore::token
