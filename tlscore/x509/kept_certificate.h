// Certificates of our own in a file, where they are found again.
#pragma once

#include <span>
#include <string>

#include "tlscore/x509/certificate.h"

namespace tlscore::x509 {

/// Writes them as PEM to `FOLDER/NAME`, in the place of an older file, whole or not at all. The folder is
/// made if need be, mode 0700; its parent exists. Fails with Internal when it cannot be written.
Result<void> keep_certificates(std::span<const Certificate> certificates, const std::string& folder,
                               const std::string& name);

}  // namespace tlscore::x509
