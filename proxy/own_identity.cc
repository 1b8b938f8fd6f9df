// From a key to its identity.
#include "proxy/own_identity.h"

#include "tlscore/token/own_certificate.h"

namespace proxy {

using namespace tlscore;

namespace {

/// The DER of the X.509 certificate that stands for `key`.
Task<Result<Bytes>> own_certificate(std::shared_ptr<token::SignerClient> signer, token::KeyInfo key,
                                    OwnIdentityOptions options, Cancel& cancel) {
  auto found = token::find_own_certificate(key, options.certificate_folder);
  if (!found && found.error().kind == ErrorKind::NotFound && options.enrolls_by_itself) {
    const token::EnrollOptions enrolling{.folder = options.certificate_folder, .subject = options.subject};
    found = co_await token::enroll(*signer, key, enrolling, cancel);
  }
  if (!found) co_return fail(found.error());
  co_return Bytes(found->der().begin(), found->der().end());
}

}  // namespace

Task<Result<std::shared_ptr<const tls::Identity>>> own_identity(std::shared_ptr<token::SignerClient> signer,
                                                                token::KeyInfo key,
                                                                OwnIdentityOptions options, Cancel& cancel) {
  auto certificate = co_await own_certificate(std::move(signer), key, std::move(options), cancel);
  if (!certificate) co_return fail(certificate.error());
  co_return std::make_shared<const tls::Identity>(
      tls::Identity{{std::move(*certificate)}, key.public_key, key.mechanisms.rsa_pss});
}

}  // namespace proxy
