// What a token's key shows of its user: the certificates that stand for the key, as a handshake wants them.
//
// Finds them, or has them made; which key it is, is token::select_key's to say.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "openpgp-auth/keyring_lookups.h"
#include "proxy/party.h"
#include "tlscore/base/cancel.h"
#include "tlscore/base/task.h"
#include "tlscore/tls/engine.h"
#include "tlscore/token/key_info.h"
#include "tlscore/token/signer_client.h"

namespace proxy {

/// What a party may see of the user.
struct IdentityWish {
  std::string selection = "auto";  ///< Of the key; see token::select_key.
  std::vector<AuthForm> auth{};    ///< Best first.
  std::string user_id{};           ///< The one OpenPGP user ID; empty: the primary one.
};

struct OwnIdentityOptions {
  std::string certificate_folder;  ///< Where `token enroll` keeps certificates, and envelopes are kept.
  bool enrolls_by_itself;          ///< Makes the certificate if there is none: the software token's way.
  std::string subject;             ///< Of a certificate that is made: the token's label.
};

/// The identity of `key`, which `signer`'s token holds, in the forms of `wish.auth` that there are: the
/// user's OpenPGP certificate for TLS 1.2, and as X.509 whichever of envelope and plain certificate (the one
/// on the token, else the one in the folder) stands first. Immutable, so all connections may share it.
///
/// A form that is not there is passed over; the OpenPGP ones are when no good key in the keyring is the
/// token's. Fails with the reason of the first when there is none of them; where a user ID is asked for that
/// the user's certificate does not have; and as token::enroll does where a certificate is made. `keyring` and
/// `cancel` have to stay until the task ends.
tlscore::Task<tlscore::Result<std::shared_ptr<const tlscore::tls::Identity>>> own_identity(
    std::shared_ptr<tlscore::token::SignerClient> signer, tlscore::token::KeyInfo key, IdentityWish wish,
    OwnIdentityOptions options, openpgp_auth::KeyringLookups& keyring, tlscore::Cancel& cancel);

/// The fingerprint (SHA-256 of SubjectPublicKeyInfo, as select_key takes it) of the one of `keys` that is the
/// OpenPGP key with this fingerprint, 40 lower-case digits, or a subkey of it. Fails with NotFound. `keyring`
/// and `cancel` have to stay until the task ends.
tlscore::Task<tlscore::Result<std::string>> find_openpgp_key(std::vector<tlscore::token::KeyInfo> keys,
                                                             std::string fingerprint,
                                                             openpgp_auth::KeyringLookups& keyring,
                                                             tlscore::Cancel& cancel);

}  // namespace proxy
