// An OpenPGP certificate in a file, as a peer would present it: for `latchkey verify`.
#pragma once

#include <string>

#include "tlscore/judge/assessor.h"

namespace proxy {

/// Puts the certificate of `file`, binary or armored, into `presented`, as if its peer had sent it and proved
/// the key with the fingerprint `key`. Without one it is the first subkey that says it may authenticate;
/// failing that, the first that says it may sign; failing that, the primary key.
///
/// Fails, naming the file, with NotFound where it or such a key is not there, with Unsupported for a key that
/// TLS cannot use, and as Certificate::parse does.
tlscore::Result<void> present_openpgp(tlscore::judge::Presented& presented, const std::string& file,
                                      const std::string& key);

}  // namespace proxy
