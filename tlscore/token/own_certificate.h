// The certificate with which a token's key introduces its user: the one on the token, else one that is kept
// in a folder: of a CA's, or self-signed, made once with a signature of the token's.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tlscore/base/cancel.h"
#include "tlscore/base/task.h"
#include "tlscore/token/key_info.h"
#include "tlscore/token/signer_client.h"
#include "tlscore/x509/certificate.h"

namespace tlscore::token {

/// How long a self-signed certificate lasts.
inline constexpr std::chrono::days kOwnCertificateLife{2 * 365};

/// How long before its end it is made anew.
inline constexpr std::chrono::days kRenewBefore{30};

/// A certificate and those of the CAs above it, at most.
inline constexpr std::size_t kMostInChain = 8;

/// `FOLDER/FINGERPRINT.pem`.
[[nodiscard]] std::string own_certificate_path(const std::string& folder, const KeyInfo& key);

/// The certificate on the token if it may be used for TLS clients and has not expired, else the one that is
/// kept, and those of the CAs above it that are kept with it. Never empty. Fails with NotFound, and the
/// command that makes one, when there is none or it has expired; Untrusted for a file whose certificate is
/// for another key; Malformed for one that holds no certificate.
[[nodiscard]] Result<std::vector<x509::Certificate>> find_own_chain(const KeyInfo& key,
                                                                    const std::string& folder);

/// The first of them.
[[nodiscard]] Result<x509::Certificate> find_own_certificate(const KeyInfo& key, const std::string& folder);

/// Keeps a CA's certificate for `key` in the folder, in the place of an older one: the first of `chain`; the
/// others are the CAs above it, in order. Fails with Untrusted where it is for another key, has expired, is
/// not for TLS clients, or the next one has not signed it; Refused where the token holds a good one, which
/// would be used in its place; TooLarge for more than kMostInChain; Internal when it cannot be written.
Result<void> import_certificate(const KeyInfo& key, std::span<const x509::Certificate> chain,
                                const std::string& folder);

/// The common name of the self-signed certificate that is kept and used for `key`, if it ends within
/// kRenewBefore, or has ended: enroll() makes another. Nothing where none is to be made.
[[nodiscard]] std::optional<std::string> name_to_renew(const KeyInfo& key, const std::string& folder);

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
