// Looking for, making and keeping it.
#include "tlscore/token/own_certificate.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <vector>

#include "tlscore/base/socket.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/self_signed.h"

namespace tlscore::token {
namespace {

constexpr std::size_t kMaxCommonNameBytes = 64;  // RFC 5280, appendix A.1: ub-common-name
constexpr std::chrono::hours kClockSkew{1};

Result<x509::Certificate> no_certificate(std::string_view why) {
  return fail(ErrorKind::NotFound, std::string(why) + "; `latchkey token enroll` makes one");
}

Result<x509::Certificate> load(const KeyInfo& key, const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return no_certificate("the token's key has no certificate yet");
  const std::vector<x509::Certificate> kept = TRY(x509::load_certificates(path));
  if (kept.empty()) return fail(ErrorKind::Malformed, path + " holds no certificate");
  if (!(kept.front().public_key() == key.public_key)) {
    return fail(ErrorKind::Untrusted, path + " holds a certificate for another key; remove it");
  }
  if (kept.front().not_after() <= x509::now())
    return no_certificate("the certificate for the token's key has expired");
  return kept.front();
}

/// Cut to what a common name may hold, not within a character.
std::string common_name(std::string subject) {
  if (subject.empty()) return "Latchkey";
  std::size_t size = std::min(subject.size(), kMaxCommonNameBytes);
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(subject[at]) & 0xc0U) == 0x80U;
  };
  while (size > 0 && size < subject.size() && continues(size)) --size;
  subject.resize(size);
  return subject;
}

Result<void> save(const x509::Certificate& certificate, const std::string& folder, const std::string& path) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail(ErrorKind::Internal, folder + " cannot be made: " + describe_errno(errno));
  }
  const std::string draft = path + ".new";
  std::ofstream file(draft, std::ios::trunc);
  file << certificate.pem();
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(draft, path, error);
  if (!file || error) return fail(ErrorKind::Internal, path + " cannot be written");
  return {};
}

}  // namespace

std::string own_certificate_path(const std::string& folder, const KeyInfo& key) {
  return folder + "/" + key.fingerprint + ".pem";
}

Result<x509::Certificate> find_own_certificate(const KeyInfo& key, const std::string& folder) {
  if (key.certificate) {
    auto on_token = x509::Certificate::parse_der(*key.certificate);
    if (on_token && on_token->allows(x509::Purpose::ClientAuth) && on_token->not_after() > x509::now())
      return on_token;
  }
  return load(key, own_certificate_path(folder, key));
}

Task<Result<x509::Certificate>> enroll(SignerClient& signer, KeyInfo key, EnrollOptions options,
                                       Cancel& cancel) {
  const x509::SelfSignedOptions wanted{.common_name = common_name(std::move(options.subject)),
                                       .key = key.public_key,
                                       .not_before = x509::now() - kClockSkew,
                                       .not_after = x509::now() + kOwnCertificateLife,
                                       .dns_names = {}};
  const auto draft = x509::SelfSigned::create(wanted);
  if (!draft) co_return fail(draft.error());
  auto request = draft->request();
  const auto signature = co_await signer.sign(key.fingerprint, std::move(request), cancel);
  if (!signature) co_return fail(signature.error());
  auto certificate = draft->finish(*signature);
  if (!certificate) co_return fail(certificate.error());
  const auto saved = save(*certificate, options.folder, own_certificate_path(options.folder, key));
  if (!saved) co_return fail(saved.error());
  co_return std::move(*certificate);
}

}  // namespace tlscore::token
