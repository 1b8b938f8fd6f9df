// What a token's key shows of its user: the certificates that stand for the key, as a handshake wants them.
//
// Finds them, or has them made; which key it is, is token::select_key's to say.
#pragma once

#include <memory>
#include <string>

#include "tlscore/base/cancel.h"
#include "tlscore/base/task.h"
#include "tlscore/tls/identity.h"
#include "tlscore/token/key_info.h"
#include "tlscore/token/signer_client.h"

namespace proxy {

struct OwnIdentityOptions {
  std::string certificate_folder;  ///< Where `token enroll` keeps certificates.
  bool enrolls_by_itself;          ///< Makes the certificate if there is none: the software token's way.
  std::string subject;             ///< Of a certificate that is made: the token's label.
};

/// The identity of `key`, which `signer`'s token holds: with the certificate on the token, else with the one
/// in the folder. Immutable, so all connections may share it.
///
/// Fails as token::find_own_certificate does, with the command that makes a certificate, and as token::enroll
/// does where one is made. `cancel` has to stay until the task ends.
tlscore::Task<tlscore::Result<std::shared_ptr<const tlscore::tls::Identity>>> own_identity(
    std::shared_ptr<tlscore::token::SignerClient> signer, tlscore::token::KeyInfo key,
    OwnIdentityOptions options, tlscore::Cancel& cancel);

}  // namespace proxy
