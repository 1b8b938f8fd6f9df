// Looking for, making and keeping it.
#include "tlscore/token/own_certificate.h"

#include <filesystem>
#include <vector>

#include "tlscore/x509/date.h"
#include "tlscore/x509/distinguished_name.h"
#include "tlscore/x509/issuer_signature.h"
#include "tlscore/x509/kept_certificate.h"
#include "tlscore/x509/self_signed.h"

namespace tlscore::token {
namespace {

constexpr std::chrono::hours kClockSkew{1};

Error no_certificate(std::string_view why) {
  return {ErrorKind::NotFound, std::string(why) + "; `latchkey token enroll` makes one"};
}

/// The file, whatever the dates in it say.
Result<std::vector<x509::Certificate>> load(const KeyInfo& key, const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    return fail(no_certificate("the token's key has no certificate yet"));
  std::vector<x509::Certificate> kept = TRY(x509::load_certificates(path));
  if (kept.empty()) return fail(ErrorKind::Malformed, path + " holds no certificate");
  if (!(kept.front().public_key() == key.public_key)) {
    return fail(ErrorKind::Untrusted, path + " holds a certificate for another key; remove it");
  }
  return kept;
}

/// The one on the token, if it is good for this.
std::optional<x509::Certificate> on_token(const KeyInfo& key) {
  if (!key.certificate) return std::nullopt;
  auto certificate = x509::Certificate::parse_der(*key.certificate);
  const bool is_good =
      certificate && certificate->allows(x509::Purpose::ClientAuth) && certificate->not_after() > x509::now();
  return is_good ? std::optional(std::move(*certificate)) : std::nullopt;
}

/// Has the CA of the second certificate signed the first?
Result<void> check_issued(const x509::Certificate& certificate, const x509::Certificate& issuer) {
  if (certificate.issuer_key() != issuer.subject_key())
    return fail(ErrorKind::Untrusted, issuer.subject() + " has not issued what stands before it: the chain " +
                                          "begins with your certificate, and each next one is its issuer");
  TRY(x509::check_signed_safely(certificate));
  TRY(x509::check_path_key(issuer));
  return x509::check_issuer_signature(certificate, issuer);
}

/// The one common name of a certificate that enroll() made.
std::optional<std::string> common_name(const x509::Certificate& certificate) {
  const auto name = x509::parse_distinguished_name(certificate.subject_der());
  if (!name || name->rdns.size() != 1 || name->rdns.front().size() != 1) return std::nullopt;
  return name->rdns.front().front().value;
}

/// In the folder.
std::string file_name(const KeyInfo& key) {
  return key.fingerprint + ".pem";
}

}  // namespace

std::string own_certificate_path(const std::string& folder, const KeyInfo& key) {
  return folder + "/" + file_name(key);
}

Result<std::vector<x509::Certificate>> find_own_chain(const KeyInfo& key, const std::string& folder) {
  if (auto certificate = on_token(key)) return std::vector{std::move(*certificate)};
  std::vector<x509::Certificate> kept = TRY(load(key, own_certificate_path(folder, key)));
  if (kept.front().not_after() <= x509::now())
    return fail(no_certificate("the certificate for the token's key has expired"));
  return kept;
}

Result<x509::Certificate> find_own_certificate(const KeyInfo& key, const std::string& folder) {
  return TRY(find_own_chain(key, folder)).front();
}

Result<void> import_certificate(const KeyInfo& key, std::span<const x509::Certificate> chain,
                                const std::string& folder) {
  if (chain.empty()) return fail(ErrorKind::Malformed, "there is no certificate in it");
  if (chain.size() > kMostInChain)
    return fail(ErrorKind::TooLarge, "more than " + std::to_string(kMostInChain) + " certificates");
  const x509::Certificate& own = chain.front();
  if (!(own.public_key() == key.public_key))
    return fail(ErrorKind::Untrusted, "the first certificate, " + own.subject() + ", is for another key");
  if (own.not_after() <= x509::now())
    return fail(ErrorKind::Untrusted, "the certificate ended on " + x509::to_date(own.not_after()));
  if (!own.allows(x509::Purpose::ClientAuth))
    return fail(ErrorKind::Untrusted, "the certificate is not for TLS clients (extended key usage)");
  for (std::size_t i = 1; i < chain.size(); ++i) TRY(check_issued(chain[i - 1], chain[i]));
  if (const auto better = on_token(key); better && !(*better == own))
    return fail(ErrorKind::Refused, "the token itself holds a certificate for this key, until " +
                                        x509::to_date(better->not_after()) + ", and that one is used");
  return x509::keep_certificates(chain, folder, file_name(key));
}

std::optional<std::string> name_to_renew(const KeyInfo& key, const std::string& folder) {
  if (on_token(key)) return std::nullopt;
  const auto kept = load(key, own_certificate_path(folder, key));
  if (!kept || kept->size() != 1 || !kept->front().check_self_signed()) return std::nullopt;
  if (kept->front().not_after() - x509::now() > kRenewBefore) return std::nullopt;
  return common_name(kept->front());
}

Task<Result<x509::Certificate>> enroll(SignerClient& signer, KeyInfo key, EnrollOptions options,
                                       Cancel& cancel) {
  const std::string subject = options.subject.empty() ? "Latchkey" : options.subject;
  const x509::SelfSignedOptions wanted{.common_name = x509::cut_common_name(subject),
                                       .key = key.public_key,
                                       .not_before = x509::now() - kClockSkew,
                                       .not_after = x509::now() + kOwnCertificateLife,
                                       .dns_names = {}};
  const auto draft = x509::draft_self_signed(wanted);
  if (!draft) co_return fail(draft.error());
  auto request = draft->request();
  const auto signature = co_await signer.sign(key.fingerprint, std::move(request), cancel);
  if (!signature) co_return fail(signature.error());
  auto certificate = draft->finish(*signature);
  if (!certificate) co_return fail(certificate.error());
  const auto kept = x509::keep_certificates({&*certificate, 1}, options.folder, file_name(key));
  if (!kept) co_return fail(kept.error());
  co_return std::move(*certificate);
}

}  // namespace tlscore::token
