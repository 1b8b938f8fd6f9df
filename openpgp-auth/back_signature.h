// The back-signature: a subkey that signs says, by signing, which primary key it belongs to (RFC 4880,
// section 5.2.1, type 0x19).
//
// Without it anybody could bind another one's signing subkey to a primary key of their own, and be taken for
// who made its signatures. GnuPG reports such a subkey like any other one, so this is the one signature that
// is checked here.
#pragma once

#include "openpgp-auth/certificate.h"

namespace openpgp_auth {

/// Does the newest binding let the subkey sign, by the flag or because it has no flags? Then it needs a
/// back-signature; one for authentication or encryption only has none, and needs none: TLS proves the
/// possession of the key.
[[nodiscard]] bool needs_back_signature(const Subkey& subkey);

/// Checks the back-signature in the newest binding of a subkey of `primary`, whether it is needed or not.
/// Fails with
///   - Refused where there is no binding or no back-signature in it, or one that is unusable or that expires;
///   - Unsupported for a hash other than SHA-256, SHA-384 and SHA-512, and a subkey that has no `key`;
///   - Untrusted where it does not verify.
Result<void> check_back_signature(const KeyPacket& primary, const Subkey& subkey);

}  // namespace openpgp_auth
