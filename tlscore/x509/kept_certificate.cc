// Written beside its place, then moved there.
#include "tlscore/x509/kept_certificate.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "tlscore/base/socket.h"

namespace tlscore::x509 {

Result<void> keep_certificate(const Certificate& certificate, const std::string& folder,
                              const std::string& name) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail(ErrorKind::Internal, folder + " cannot be made: " + describe_errno(errno));
  }
  const std::string path = folder + "/" + name;
  const std::string draft = path + ".new";
  std::ofstream file(draft, std::ios::trunc);
  file << certificate.pem();
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(draft, path, error);
  if (!file || error) return fail(ErrorKind::Internal, path + " cannot be written");
  return {};
}

}  // namespace tlscore::x509
