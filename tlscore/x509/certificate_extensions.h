// Extensions of the certificates that we make, as DER (RFC 5280, section 4.2.1). Which of them belong
// together is for self_signed.h and local_ca.h to say.
#pragma once

#include <span>

#include "tlscore/x509/certificate.h"

namespace tlscore::x509 {

/// basicConstraints, critical: no CA.
[[nodiscard]] Bytes end_entity_extension();
/// basicConstraints, critical: a CA that has no CA below it.
[[nodiscard]] Bytes last_ca_extension();

/// keyUsage, critical, with this one bit.
[[nodiscard]] Bytes key_usage_extension(KeyUsage use);

/// extKeyUsage: these purposes.
[[nodiscard]] Bytes purpose_extension(std::span<const Purpose> purposes);

/// subjectAltName: these GeneralNames, one after the other.
[[nodiscard]] Bytes alternative_names_extension(ByteView names);

/// nameConstraints, critical; both are GeneralSubtrees, one after the other.
[[nodiscard]] Bytes name_constraints_extension(ByteView permitted, ByteView excluded);

/// subjectKeyIdentifier and authorityKeyIdentifier of a key: 20 octets of the SHA-256 of its
/// SubjectPublicKeyInfo (RFC 7093, section 2).
[[nodiscard]] Bytes subject_key_extension(const PublicKey& key);
[[nodiscard]] Bytes authority_key_extension(const PublicKey& key);

}  // namespace tlscore::x509
