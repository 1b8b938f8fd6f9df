// The keys of an open token, with the handles under which the signer reaches them. Signer process only.
#pragma once

#include <p11-kit/pkcs11.h>

#include <vector>

#include "tlscore/token/key_info.h"
#include "tlscore/token/pkcs11_session.h"
#include "tlscore/token/token_info.h"

namespace tlscore::token {

/// A key with its private object; CK_INVALID_HANDLE while the token hides that.
struct TokenKey {
  KeyInfo info;
  CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
};

/// The keys that can sign, in the token's order: every private key with CKA_SIGN whose public key can be
/// had, and, while nobody is logged in, every public key whose private one is hidden.
///
/// The public key is read from the private key's own attributes, else from the public key object with the
/// same CKA_ID, else from the certificate with the same CKA_ID. A certificate for another key than that is
/// passed over. Keys that are no RSA, P-256, P-384 or Ed25519 are passed over, as are more than 255 octets of
/// id. `mechanisms` are those of the slot. Fails as pkcs11_error says.
[[nodiscard]] Result<std::vector<TokenKey>> find_keys(const Pkcs11Session& session, const TokenInfo& token,
                                                      std::span<const CK_MECHANISM_TYPE> mechanisms);

/// Why an open token has no key for us, for people: which kinds its keys have.
[[nodiscard]] Result<std::string> why_no_key(const Pkcs11Session& session);

/// The curve that CKA_EC_PARAMS names; Other for all but P-256, P-384 and Ed25519. The last has two names:
/// its OID, and "edwards25519" (PKCS #11 3.0, section 2.3.5); OpenSC and SoftHSM2 use the second.
[[nodiscard]] x509::PublicKey::Type curve_of(ByteView ec_params);

}  // namespace tlscore::token
