// The folder, and the PEM.
#include "tlscore/x509/kept_certificate.h"

#include "tlscore/base/private_file.h"

namespace tlscore::x509 {

Result<void> keep_certificates(std::span<const Certificate> certificates, const std::string& folder,
                               const std::string& name) {
  TRY(make_private_folder(folder));
  std::string text;
  for (const Certificate& certificate : certificates) text += certificate.pem();
  return write_private_file(folder + "/" + name, as_bytes(text));
}

}  // namespace tlscore::x509
