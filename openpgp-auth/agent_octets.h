// What gpg-agent's octets mean: public keys and signatures, in the forms that the rest of Latchkey has.
//
// Pure, so tests and the fuzzer call it.
#pragma once

#include "tlscore/base/bytes.h"
#include "tlscore/base/result.h"
#include "tlscore/x509/public_key.h"

namespace openpgp_auth {

/// The answer to READKEY: RSA, P-256, P-384 or Ed25519. Fails with Unsupported for another kind of key, else
/// as parse_s_expression and PublicKey do.
[[nodiscard]] tlscore::Result<tlscore::x509::PublicKey> read_agent_key(tlscore::ByteView answer);

/// The answer to PKSIGN as TLS and X.509 have signatures of that key: RSA as long as the modulus, ECDSA in
/// DER, Ed25519 as its 64 octets. libgcrypt's numbers may have a leading 00, or lack zeros. Fails with
/// Malformed for another kind of signature than the key's, and for numbers that are longer than that key
/// makes them.
[[nodiscard]] tlscore::Result<tlscore::Bytes> read_agent_signature(const tlscore::x509::PublicKey& key,
                                                                   tlscore::ByteView answer);

}  // namespace openpgp_auth
