// The OpenPGP certificate that a peer presented, and which key in it is the one that the peer has proved.
#pragma once

#include <optional>
#include <string>

#include "tlscore/judge/assessor.h"

namespace openpgp_auth {

/// Claims only, but for the back-signature: the rest is for GnuPG to check (keyring.h).
struct PresentedKey {
  tlscore::Bytes certificate;  ///< Binary.
  std::string fingerprint;     ///< Of the key that the peer has proved.
  std::string key_id;
  bool has_back_signature =
      false;  ///< It is a subkey that says itself whose it is, and that signature holds.
};

/// Nothing where no OpenPGP certificate was presented, neither by itself (RFC 6091) nor in an envelope. Fails
/// as parse_certificate_body, open_envelope and Certificate::parse do; with Unsupported where only a
/// fingerprint was presented; and with Refused where the key that the peer has proved is not in the
/// certificate, is not the one that it named, or none was proved.
tlscore::Result<std::optional<PresentedKey>> find_presented_key(const tlscore::judge::Presented& presented);

}  // namespace openpgp_auth
