// Says what a side of a connection showed of itself.
//
// For people only: what a certificate is worth is the judgement's affair.
#pragma once

#include <vector>

#include "tlscore/tls/certificate_summary.h"
#include "tlscore/tls/engine.h"

namespace proxy {

/// The other side's: `openpgp` is the body of its OpenPGP Certificate message (RFC 6091), with the
/// certificate that it named if it sent only that; empty: `chain` is what it sent. Of several user IDs the
/// primary one. What cannot be read is told by what can.
[[nodiscard]] tlscore::tls::CertificateSummary shown_by_peer(
    const std::vector<tlscore::x509::Certificate>& chain, tlscore::ByteView openpgp);

/// What a peer with whom this was negotiated sees of our identity.
[[nodiscard]] tlscore::tls::CertificateSummary shown_by_us(const tlscore::tls::Identity& identity,
                                                           const tlscore::tls::Negotiated& negotiated);

}  // namespace proxy
