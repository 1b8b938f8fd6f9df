// Our own envelope: made once with a signature of the token's, kept in a folder, found again, and made anew
// before it expires or when the OpenPGP certificate that it shows has changed.
#pragma once

#include <functional>
#include <string>

#include "openpgp-auth/envelope.h"
#include "tlscore/base/cancel.h"
#include "tlscore/base/task.h"

namespace openpgp_auth {

/// Asks the token for a signature with the key of the envelope.
using EnvelopeSigner =
    std::function<tlscore::Task<Result<Bytes>>(tlscore::x509::SignatureRequest, tlscore::Cancel&)>;

/// The file's name in the folder: each key has one envelope for each user ID, because a party may get to see
/// one user ID only.
[[nodiscard]] std::string own_envelope_name(const EnvelopeRequest& wanted);

/// An envelope that was found.
struct OwnEnvelope {
  tlscore::x509::Certificate certificate;
  bool is_due;  ///< Less than a third of its life is left: make a new one when the token is there.
};

/// The one in the folder that shows exactly `wanted.openpgp` at `wanted.now`. Fails with NotFound where there
/// is none, or another one, or one that has expired; whatever else lies there is such a one.
[[nodiscard]] Result<OwnEnvelope> find_own_envelope(const EnvelopeRequest& wanted, const std::string& folder);

/// Makes one and puts it in the folder (made if need be, mode 0700; its parent exists), in the place of an
/// older one. Fails as draft_envelope and `sign` do, with Untrusted for a signature that is not the key's,
/// and with Internal when the file cannot be written. `cancel` has to stay until the task ends.
tlscore::Task<Result<tlscore::x509::Certificate>> make_own_envelope(EnvelopeRequest wanted,
                                                                    std::string folder, EnvelopeSigner sign,
                                                                    tlscore::Cancel& cancel);

/// The one in the folder, made anew where there is none or it is due. Where that fails, one that is only due
/// is good enough; otherwise fails as make_own_envelope does.
tlscore::Task<Result<tlscore::x509::Certificate>> keep_own_envelope(EnvelopeRequest wanted,
                                                                    std::string folder, EnvelopeSigner sign,
                                                                    tlscore::Cancel& cancel);

}  // namespace openpgp_auth
