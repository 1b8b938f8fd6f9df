// A trust anchor that is a key and nothing else (RFC 7671, section 5.2): "2 1 0" holds no certificate.
#pragma once

#include <span>
#include <vector>

#include "tlscore/x509/certificate.h"

namespace tlscore::dns {

/// The key as a CA without limits, under each name that `chain` names as an issuer: a path that ends there
/// (x509/path.h) ends at a certificate which the key has signed. Nobody signed these certificates; they may
/// only be anchors. A key that no certificate can hold gives none.
[[nodiscard]] std::vector<x509::Certificate> anchors_of_key(const x509::PublicKey& key,
                                                            std::span<const x509::Certificate> chain);

}  // namespace tlscore::dns
