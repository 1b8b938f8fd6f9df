// Makes an OpenPGP certificate for keys that lie in memory: for a server of ours, whose user keeps no keyring
// for it. Whoever has GnuPG makes keys with GnuPG.
#pragma once

#include <chrono>
#include <span>
#include <string>

#include "openpgp-auth/certificate.h"
#include "tlscore/x509/private_key.h"

namespace openpgp_auth {

struct NewSubkey {
  tlscore::x509::PrivateKey& key;
  std::uint8_t flags = kMayAuthenticate;  ///< A combination of KeyFlag.
  /// It says itself whose it is, as a subkey that may sign has to (RFC 4880, section 5.2.1, type 0x19).
  bool back_signature = true;
};

struct NewCertificate {
  tlscore::x509::PrivateKey& primary;
  std::string user_id;  ///< UTF-8, 1 to 2048 octets.
  std::uint8_t flags = kMayCertify | kMaySign;
  std::chrono::sys_seconds created;
  std::chrono::seconds lifetime{0};  ///< Of all its keys; 0: they do not expire.
  std::span<const NewSubkey> subkeys{};
};

/// The certificate's octets: version 4, hashes that fit the keys. Fails with Unsupported for a key that is
/// not RSA, P-256 or P-384, with Malformed for a user ID or times that do not fit, and as PrivateKey::sign
/// does.
Result<Bytes> make_certificate(const NewCertificate& wanted);

/// The fingerprint of this key in a certificate, if it was made then. Fails with Unsupported for the same
/// kinds of key.
Result<Fingerprint> fingerprint_of(const tlscore::x509::PublicKey& key, std::chrono::sys_seconds created);

}  // namespace openpgp_auth
