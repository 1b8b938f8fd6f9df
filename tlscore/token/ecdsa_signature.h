// ECDSA signatures in the two forms that are in use: PKCS#11's and the one of X.509 and TLS.
#pragma once

#include "tlscore/base/bytes.h"

namespace tlscore::token {

/// PKCS#11's r || s, both padded to the curve's length (PKCS#11 2.40 current mechanisms, section 2.3.1), as
/// the DER of Ecdsa-Sig-Value (RFC 3279, section 2.2.3). Fails with Malformed unless `raw` has
/// 2 * `coordinate_bytes` octets, and r and s are not zero.
[[nodiscard]] Result<Bytes> ecdsa_signature_to_der(ByteView raw, std::size_t coordinate_bytes);

}  // namespace tlscore::token
