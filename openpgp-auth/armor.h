// ASCII armor (RFC 4880, section 6.2): how OpenPGP certificates stand in files.
#pragma once

#include <string_view>

#include "tlscore/base/bytes.h"

namespace openpgp_auth {

/// The octets of an OpenPGP certificate in a file: of the one armored block "PGP PUBLIC KEY BLOCK", or the
/// file itself where it is binary. The armor's checksum is not looked at, as RFC 9580 asks. Fails with
/// Malformed for armor that is broken, of another kind, or twice.
tlscore::Result<tlscore::Bytes> dearmor(std::string_view file);

}  // namespace openpgp_auth
