// The drafts of local_ca_certificate.h, signed on the spot.
#include "tlscore/x509/local_ca.h"

namespace tlscore::x509 {
namespace {

Result<Certificate> sign(PrivateKey& key, const CertificateDraft& draft) {
  return draft.finish(TRY(key.sign(draft.request())));
}

}  // namespace

Result<LocalCa> LocalCa::create(std::span<const std::string> names, std::chrono::sys_seconds now) {
  PrivateKey key = TRY(PrivateKey::generate_p256());
  const CertificateDraft draft = TRY(LocalCaCertificate::draft(names, key.public_key(), now));
  Certificate certificate = TRY(sign(key, draft));
  return adopt(std::move(certificate), std::move(key));
}

Result<LocalCa> LocalCa::adopt(Certificate certificate, PrivateKey key) {
  if (!(certificate.public_key() == key.public_key()))
    return fail(ErrorKind::Untrusted, "the key of a local CA is not its certificate's");
  return LocalCa(TRY(LocalCaCertificate::adopt(std::move(certificate))), std::move(key));
}

Result<Certificate> LocalCa::issue(std::string_view host, const PublicKey& key,
                                   std::chrono::sys_seconds now) {
  const CertificateDraft draft = TRY(m_certificate.draft_leaf(host, key, now));
  return sign(m_key, draft);
}

}  // namespace tlscore::x509
