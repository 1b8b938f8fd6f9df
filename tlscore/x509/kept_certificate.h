// A certificate of our own in a file, where it is found again.
#pragma once

#include <string>

#include "tlscore/x509/certificate.h"

namespace tlscore::x509 {

/// Writes it as PEM to `FOLDER/NAME`, in the place of an older one, whole or not at all. The folder is made
/// if need be, mode 0700; its parent exists. Fails with Internal when it cannot be written.
Result<void> keep_certificate(const Certificate& certificate, const std::string& folder,
                              const std::string& name);

}  // namespace tlscore::x509
