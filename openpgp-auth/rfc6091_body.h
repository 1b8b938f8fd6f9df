// The body of the Certificate message of TLS 1.2 when OpenPGP certificates were agreed on (RFC 6091,
// section 3.3).
//
// Reads and writes octets; the OpenPGP packets inside are not looked at, see authenticating_key.h.
#pragma once

#include "openpgp-auth/certificate.h"

namespace openpgp_auth {

/// What a peer shows: the key ID names the key that signs, and proves nothing (fingerprint.h).
struct CertificateBody {
  /// OpenPGPCertDescriptorType.
  enum class Kind : std::uint8_t {
    Empty = 1,  ///< empty_cert: a client without a key.
    Subkey =
        2,  ///< subkey_cert: a certificate, and the ID of the key in it that signs. May be the primary's.
    SubkeyFingerprint =
        3,  ///< subkey_cert_fingerprint: the same, with a fingerprint in place of the certificate.
  };

  Kind kind = Kind::Empty;
  KeyId key_id{};             ///< Of Subkey and SubkeyFingerprint.
  Bytes packets{};            ///< Of Subkey.
  Fingerprint fingerprint{};  ///< Of SubkeyFingerprint.

  friend bool operator==(const CertificateBody&, const CertificateBody&) = default;
};

/// Reads a whole body, without the handshake header. Two framings are there: the RFC's own, which begins with
/// the descriptor, and that of GnuTLS, the only implementation that was in the field, which puts a length of
/// 24 bits first and makes it 7 too small where there is a certificate; the right length is taken, too.
///
/// Fails with TooLarge for more than 256 KiB of packets and with Malformed for anything else that is not
/// exactly one body: another descriptor, a key ID of other than 8 octets or fingerprint of other than 20, an
/// empty certificate in subkey_cert, lengths that contradict each other, octets before the end that belong to
/// nothing.
Result<CertificateBody> parse_certificate_body(ByteView octets);

/// The body as it is sent: with a length in front, because GnuTLS refuses the RFC's own framing, and a right
/// one. Fails with TooLarge from 64 KiB on, where that length could not be told from a descriptor.
Result<Bytes> write_certificate_body(const CertificateBody& body);

}  // namespace openpgp_auth
