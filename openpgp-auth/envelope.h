// The envelope: a self-signed X.509 certificate that carries the OpenPGP certificate of the same key, for
// TLS 1.3 and for peers that do not know RFC 6091. Its format is in README.md, "The envelope".
//
// Who knows it judges the OpenPGP certificate inside. Who does not sees a self-signed certificate, and can
// pin its key.
#pragma once

#include <chrono>
#include <optional>

#include "openpgp-auth/certificate.h"
#include "tlscore/x509/self_signed.h"

namespace openpgp_auth {

/// How long an envelope lasts, unless its key expires before.
inline constexpr std::chrono::days kEnvelopeLife{365};

/// 2.25.73607714, the contents of an OBJECT IDENTIFIER.
inline constexpr std::uint8_t kEnvelopeOid[] = {0x69, 0xa3, 0x8c, 0xd4, 0x22};

/// What an envelope is made for.
struct EnvelopeRequest {
  tlscore::x509::PublicKey key;  ///< The token's.
  Bytes openpgp;                 ///< The OpenPGP certificate that it shows; see minimal_certificate.h.
  std::chrono::sys_seconds now;
  /// When the OpenPGP key expires, as GnuPG has it: that of the primary key and that of `key`, whichever is
  /// first. Nothing: never.
  std::optional<std::chrono::sys_seconds> expires{};
};

/// What is to be signed with the key. Valid from an hour ago. The subject is the first user ID, also as
/// rfc822Name where it holds an e-mail address, and as dNSName where it is a host's name; without a user ID
/// it is the fingerprint of the primary key.
///
/// Fails as open_envelope() does where that could not open what comes of it; with Refused for a key that has
/// expired, and TooLarge for more than 24 KiB of OpenPGP.
Result<tlscore::x509::CertificateDraft> draft_envelope(const EnvelopeRequest& request);

/// The OpenPGP certificate in an envelope, and which key of it is the envelope's own.
struct EnvelopeContent {
  Certificate certificate;
  Fingerprint fingerprint;  ///< Of the key that the peer proves in TLS.
  KeyId key_id;             ///< Of the same key, for find_authenticating_key.
};

/// Takes the OpenPGP certificate out. Nothing where `certificate` is no envelope. The dates and the signature
/// of the envelope are not looked at: TLS proves that the peer holds the key, and what the key is worth GnuPG
/// says of the certificate inside, which is not checked here either.
///
/// Fails with Malformed where the extension does not hold one OpenPGP certificate; as Certificate::parse for
/// that; with Refused where no key of it is the envelope's own, and as find_authenticating_key where that key
/// may not authenticate. An extension that is critical or there twice has failed x509::Certificate already.
Result<std::optional<EnvelopeContent>> open_envelope(const tlscore::x509::Certificate& certificate);

}  // namespace openpgp_auth
