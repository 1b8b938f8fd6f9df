// One signature by a key on a token, checked before anybody gets to see it. Signer process only.
#pragma once

#include <functional>

#include "tlscore/token/pkcs11_session.h"
#include "tlscore/token/token_keys.h"
#include "tlscore/x509/signature.h"

namespace tlscore::token {

/// Enters a PIN for one signature; for keys with CKA_ALWAYS_AUTHENTICATE.
using ContextLogin = std::function<Result<void>()>;

/// Signs `request.digest` in the form that TLS and X.509 want. RSA PKCS#1 v1.5 gets its DigestInfo here (RFC
/// 8017, section 9.2), ECDSA becomes DER.
///
/// Fails with Malformed for a digest of another length than its hash, Unsupported for a scheme that the key
/// or its token cannot do, Disarmed while the token hides the private key, Internal for a signature that the
/// key's own public key does not verify (a module or card that lies or is broken), else as pkcs11_error says.
[[nodiscard]] Result<Bytes> sign_with_key(Pkcs11Session& session, const TokenKey& key,
                                          const x509::SignatureRequest& request,
                                          const ContextLogin& context_login);

/// The DigestInfo around a digest: what PKCS#1 v1.5 signs. Pure; here for the test.
[[nodiscard]] Bytes make_digest_info(x509::Hash hash, ByteView digest);

}  // namespace tlscore::token
