// Looking for, making and keeping it.
#include "tlscore/token/own_certificate.h"

#include <filesystem>
#include <vector>

#include "tlscore/x509/date.h"
#include "tlscore/x509/kept_certificate.h"
#include "tlscore/x509/self_signed.h"

namespace tlscore::token {
namespace {

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

/// In the folder.
std::string file_name(const KeyInfo& key) {
  return key.fingerprint + ".pem";
}

}  // namespace

std::string own_certificate_path(const std::string& folder, const KeyInfo& key) {
  return folder + "/" + file_name(key);
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
  const std::string subject = options.subject.empty() ? "Latchkey" : options.subject;
  const x509::SelfSignedOptions wanted{.common_name = x509::cut_common_name(subject),
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
  const auto kept = keep_certificate(*certificate, options.folder, file_name(key));
  if (!kept) co_return fail(kept.error());
  co_return std::move(*certificate);
}

}  // namespace tlscore::token
