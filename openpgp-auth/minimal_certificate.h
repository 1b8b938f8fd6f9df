// Our own certificate as others get to see it: no more than authenticates us under one name.
#pragma once

#include "openpgp-auth/certificate.h"

namespace openpgp_auth {

/// The user ID that is shown where nobody has chosen: the one whose newest self-signature says that it is the
/// primary one, or of several such the one that says so last (RFC 4880, section 5.2.3.19); else the first
/// that has a usable self-signature. User IDs with a revocation are passed over. Null if there is none.
[[nodiscard]] const UserId* primary_user_id(const Certificate& certificate);

/// Cuts a certificate down to its primary key, one user ID with its newest self-signature, and the subkey
/// `key_in_use` with its newest binding; no subkey where the primary key itself is in use. The newest
/// signature of the primary key on itself stays, too, because it may be what says when the key expires.
/// Nothing else stays: no other names, keys, signatures by others, revocations; so the caller asks GnuPG
/// first whether the key is good.
///
/// `user_id` is the exact text of the one to show, or empty for primary_user_id. Fails with NotFound where it
/// is not there, naming those that are, and for a key that is not in the certificate; with Refused where the
/// user ID has no usable self-signature or the subkey no usable binding.
Result<Bytes> minimal_certificate(const Certificate& certificate, const Fingerprint& key_in_use,
                                  std::string_view user_id);

}  // namespace openpgp_auth
