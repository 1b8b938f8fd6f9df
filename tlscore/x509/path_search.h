// The way from a peer's certificate to a root, where there may be several (RFC 4158).
#pragma once

#include "tlscore/x509/path.h"

namespace tlscore::x509 {

/// Depth first: whoever has the issuer's name may have signed; roots before presented certificates, those
/// that are valid and whose key identifier fits before the others. A certificate whose rules or signature do
/// not hold ends one way, not the search. Nothing stands twice in a path, neither does a name with one key.
///
/// A path whose certificates a CRL has revoked is no path: another one is looked for.
///
/// Bounded: 10 certificates a path, 32 signature checks, 256 certificates tried, 2^20 names compared with
/// constraints. Gives the peer's own certificate first, the root last. Fails with Untrusted and the reason of
/// the way that came furthest: at a root, else over most certificates.
Result<std::vector<Certificate>> find_path(const PathQuery& query, Purpose purpose);

}  // namespace tlscore::x509
