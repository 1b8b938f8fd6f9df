// The certificate with which a token's key introduces its user: the one on the token, else a self-signed one
// that is made once, with a signature of the token's, and kept in a folder.
#pragma once

#include <chrono>
#include <string>

#include "tlscore/base/cancel.h"
#include "tlscore/base/task.h"
#include "tlscore/token/key_info.h"
#include "tlscore/token/signer_client.h"
#include "tlscore/x509/certificate.h"

namespace tlscore::token {

/// How long a self-signed certificate lasts.
inline constexpr std::chrono::days kOwnCertificateLife{2 * 365};

/// `FOLDER/FINGERPRINT.pem`.
[[nodiscard]] std::string own_certificate_path(const std::string& folder, const KeyInfo& key);

/// The certificate on the token if it may be used for TLS clients and has not expired, else the one that
/// `enroll` made. Fails with NotFound, and the command that makes one, when there is none or it has expired;
/// Untrusted for a file whose certificate is for another key; Malformed for one that holds no certificate.
[[nodiscard]] Result<x509::Certificate> find_own_certificate(const KeyInfo& key, const std::string& folder);

struct EnrollOptions {
  std::string folder;   ///< Made if need be, mode 0700; its parent exists.
  std::string subject;  ///< Common name; at most 64 octets are used. Empty: "Latchkey".
};

/// Makes a self-signed certificate for `key`, valid from an hour ago for kOwnCertificateLife, and puts it in
/// the folder in the place of an older one. The token must be logged in. Fails as SignerClient::sign does,
/// and with Internal when the file cannot be written. `signer` and `cancel` have to stay until the task ends.
Task<Result<x509::Certificate>> enroll(SignerClient& signer, KeyInfo key, EnrollOptions options,
                                       Cancel& cancel);

}  // namespace tlscore::token
