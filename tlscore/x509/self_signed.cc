// Which extensions a self-signed certificate has.
#include "tlscore/x509/self_signed.h"

#include "tlscore/x509/certificate_extensions.h"

namespace tlscore::x509 {
namespace {

Result<std::vector<Bytes>> extensions_of(const SelfSignedOptions& options) {
  std::vector<Purpose> purposes;
  if (options.server_auth) purposes.push_back(Purpose::ServerAuth);
  if (options.client_auth) purposes.push_back(Purpose::ClientAuth);
  std::vector<Bytes> list = {end_entity_extension(), key_usage_extension(kDigitalSignature),
                             purpose_extension(purposes)};
  if (!options.dns_names.empty() || !options.mailboxes.empty())
    list.push_back(
        alternative_names_extension(TRY(der_alternative_names(options.dns_names, options.mailboxes))));
  for (const OtherExtension& other : options.extensions)
    list.push_back(der_extension(other.oid, other.is_critical, other.value));
  return list;
}

}  // namespace

Result<CertificateDraft> draft_self_signed(const SelfSignedOptions& options) {
  const Bytes name = TRY(der_holder_name(options.common_name));
  if (!options.client_auth && !options.server_auth)
    return fail(ErrorKind::Refused, "a certificate without a purpose");
  return CertificateDraft::create({.issuer = name,
                                   .subject = name,
                                   .key = options.key,
                                   .signer = options.key,
                                   .not_before = options.not_before,
                                   .not_after = options.not_after,
                                   .extensions = TRY(extensions_of(options))});
}

Result<Certificate> self_sign(PrivateKey& key, SelfSignedOptions options) {
  options.key = key.public_key();
  const CertificateDraft draft = TRY(draft_self_signed(options));
  return draft.finish(TRY(key.sign(draft.request())));
}

}  // namespace tlscore::x509
