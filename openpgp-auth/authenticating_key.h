// The key that a peer authenticates with in TLS 1.2 with RFC 6091: found in what it shows, trusted for
// nothing.
#pragma once

#include "openpgp-auth/rfc6091_body.h"

namespace openpgp_auth {

/// A key of a certificate, and what binds it.
struct AuthenticatingKey {
  const KeyPacket* key;
  const Subkey* subkey;  ///< Null if it is the primary key.
};

/// The key that this ID names. Points into `certificate`. Fails with
///   - NotFound where no key has the ID, and Refused where two have;
///   - Unsupported for a key that TLS cannot use (`KeyPacket::why`);
///   - Refused for a subkey that no usable binding signature speaks of, and for a key whose newest flags say
///   neither
///     "authenticate" nor "sign".
/// These are claims that rule a key out. None is verified here, so none lets a key in: GnuPG judges the
/// certificate.
Result<AuthenticatingKey> find_authenticating_key(const Certificate& certificate, const KeyId& key_id);

/// The public key of the one that `body` (rfc6091_body.h) shows, for the TLS engine to check the peer's
/// signature with. Fails as parsing the body and the certificate, and finding the key, do; for an empty_cert
/// with NotFound; and for subkey_cert_fingerprint with Unsupported, saying "the peer names its key by
/// fingerprint only".
Result<tlscore::x509::PublicKey> authenticating_key(ByteView body);

}  // namespace openpgp_auth
